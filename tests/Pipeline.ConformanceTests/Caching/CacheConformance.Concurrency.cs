using System.Buffers;
using Pipeline.Caching;
using Xunit;

namespace Pipeline.Conformance.Caching;

public abstract partial class CacheConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task No_reader_ever_sees_a_torn_value()
    {
        const int Keys = 4;
        var (first, second) = await OpenTwiceAsync();
        string[] keys = [.. Enumerable.Range(0, Keys).Select(i => Name($"{i}"))];
        using var done = new CancellationTokenSource();
        var readers = Task.WhenAll(
            Task.Run(() => ReadUntilDoneAsync(first, keys, done.Token)), Task.Run(() => ReadUntilDoneAsync(second, keys, done.Token)));

        await AtOnceAsync(4, async number =>
        {
            var cache = number % 2 == 0 ? first : second;
            for (var i = 0; i < _store.Repetitions; i++)
            {
                await WriteSealedAsync(cache, keys[i % Keys], (number * 1_000_000) + i, (number + i) % 5);
            }

            return number;
        });
        await done.CancelAsync();
        await readers.WaitAsync(HangLimit);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Values_of_one_writer_never_go_back_in_time()
    {
        var (first, second) = await OpenTwiceAsync();
        var written = 0;
        using var done = new CancellationTokenSource();
        var readers = new[] { first, second }.Select(cache => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                var floor = Volatile.Read(ref written);
                var read = await ReadNumberAsync(cache, Name("a"));
                Assert.True(read is null ? floor == 0 : read >= floor, $"{read} was read after {floor} was stored.");
                await Task.Yield();
            }
        })).ToList();

        for (var i = 1; i <= _store.Repetitions; i++)
        {
            await first.SetAsync(Name("a"), new ReadOnlySequence<byte>(ValueBytes.Sealed(i)), Lasting);
            Volatile.Write(ref written, i);
        }

        await done.CancelAsync();
        await Task.WhenAll(readers).WaitAsync(HangLimit);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_invalidated_value_never_comes_back_under_racing_writers()
    {
        var (first, second) = await OpenTwiceAsync();
        var source = 1;
        var invalidated = 1;
        using var done = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 3).Select(number => Task.Run(async () =>
        {
            var cache = number % 2 == 0 ? first : second;
            for (var i = 0; !done.IsCancellationRequested; i++)
            {
                var options = Lasting with { Tags = await GenerationsAsync(cache, Name("t"), Name("u")), StaleFor = TimeSpan.FromDays(1) };
                var value = Volatile.Read(ref source);
                await Task.Yield();
                await StoreSealedAsync(cache, Name("a"), value, options, (number + i) % 3);
            }
        })).ToList();
        var readers = new[] { first, second }.Select(cache => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                var floor = Volatile.Read(ref invalidated);
                var read = await ReadNumberAsync(cache, Name("a"), CacheReadOptions.AllowStale | CacheReadOptions.RequireFreshTags);
                Assert.True(read is null || read >= floor, $"{read} was read, which was invalidated when {floor} came.");
                await Task.Yield();
            }
        })).ToList();

        for (var i = 2; i <= _store.Repetitions; i++)
        {
            Volatile.Write(ref source, i);
            await first.InvalidateTagAsync(i % 2 == 0 ? Name("t") : Name("u"));
            Volatile.Write(ref invalidated, i);
            var read = await ReadNumberAsync(first, Name("a"), CacheReadOptions.AllowStale);
            Assert.True(read is null || read >= i, $"{read} was read after it was invalidated when {i} came.");
        }

        await done.CancelAsync();
        await Task.WhenAll([.. writers, .. readers]).WaitAsync(HangLimit);
        Assert.NotNull(await StoreAndReadAsync(first, Name("a"), source, Name("t"), Name("u")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Those_who_read_at_the_moment_of_an_invalidation_do_not_keep_the_entry_alive()
    {
        const int InARow = 64;
        var (first, second) = await OpenTwiceAsync();
        using var done = new CancellationTokenSource();
        var readers = new[] { first, second }.Select(cache => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                for (var i = 0; i < InARow && !done.IsCancellationRequested; i++)
                {
                    await cache.TryGetAsync(Name("a"), new ArrayBufferWriter<byte>(), CacheReadOptions.RequireFreshTags);
                }

                await Task.Yield();
            }
        })).ToList();

        for (var i = 0; i < _store.Repetitions; i++)
        {
            await SetTaggedAsync(first, Name("a"), $"{i}", Name("t"));
            await Task.Yield();
            await first.InvalidateTagAsync(Name("t"));

            Assert.Null(await ReadStaleAsync(first, Name("a")));
            Assert.Null(await ReadAsync(second, Name("a"), CacheReadOptions.RequireFreshTags));
        }

        await done.CancelAsync();
        await Task.WhenAll(readers).WaitAsync(HangLimit);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_removal_is_seen_whatever_else_happens_at_once()
    {
        var (first, second) = await OpenTwiceAsync();
        await AtOnceAsync(4, async number =>
        {
            var (cache, other) = number % 2 == 0 ? (first, second) : (second, first);
            for (var i = 0; i < _store.Repetitions; i++)
            {
                await SetAsync(cache, Name($"{number}"), $"{i}", Lasting with { SlidingWindow = TimeSpan.FromHours(1) });
                Assert.Equal($"{i}", await ReadAsync(other, Name($"{number}")));
                Assert.True(await other.RemoveAsync(Name($"{number}")));
                Assert.Null(await ReadAsync(cache, Name($"{number}")));
            }

            return number;
        });
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Readers_of_a_sliding_entry_at_once_all_extend_it()
    {
        var (first, second) = await OpenTwiceAsync();
        await SetAsync(first, Name("a"), "value", new() { FreshFor = TimeSpan.FromDays(1), SlidingWindow = Tick * 3, StaleFor = Tick * 2 });
        for (var i = 0; i < 5; i++)
        {
            await AdvanceAsync(Tick * 2);
            var read = await AtOnceAsync(4, number => GetAsync(number % 2 == 0 ? first : second, Name("a")));

            Assert.All(read, one =>
            {
                Assert.Equal("value", one.Text);
                AssertDuration(Tick * 3, one.Result.RemainingFresh);
                AssertDuration(Tick * 5, one.Result.RemainingKept);
            });
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Batches_at_once_store_each_entry_whole()
    {
        const int Keys = 16;
        var (first, second) = await OpenTwiceAsync();
        string[] keys = [.. Enumerable.Range(0, Keys).Select(i => Name($"{i}"))];
        await AtOnceAsync(4, async number =>
        {
            var cache = number % 2 == 0 ? first : second;
            for (var i = 0; i < _store.Repetitions / 4; i++)
            {
                var value = (number * 1_000_000) + i;
                await cache.SetManyAsync(keys.Select(key => new CacheEntry(key, new ReadOnlySequence<byte>(ValueBytes.Sealed(value)), Lasting)).ToArray());
                Assert.DoesNotContain(null, await ReadNumbersAsync(cache, keys));
            }

            return number;
        });
    }

    /// <summary>Stores a sealed value in one of five ways, or removes it before.</summary>
    private async Task WriteSealedAsync(ICacheBackend cache, string key, int number, int way)
    {
        var tagged = way == 4 ? Lasting with { Tags = await GenerationsAsync(cache, Name("t")) } : Lasting;
        if (way >= 3)
        {
            await cache.RemoveAsync(key);
        }

        await StoreSealedAsync(cache, key, number, tagged, way % 3);
    }

    private static async Task StoreSealedAsync(ICacheBackend cache, string key, int number, CacheEntryOptions options, int way)
    {
        var bytes = ValueBytes.Sealed(number);
        var value = number % 2 == 0 ? new ReadOnlySequence<byte>(bytes) : ValueBytes.InSegments(bytes.AsMemory(0, 9), bytes.AsMemory(9));
        switch (way)
        {
            case 0:
                await cache.SetAsync(key, value, options);
                break;
            case 1:
                await cache.TryAddAsync(key, value, options);
                break;
            default:
                await cache.SetManyAsync(new[] { new CacheEntry(key, value, options) });
                break;
        }

        // Whoever reads what becomes of the caller's buffer finds no checksum that fits.
        bytes.AsSpan().Fill(0xEE);
    }

    private static async Task<int?> StoreAndReadAsync(ICacheBackend cache, string key, int number, params string[] tags)
    {
        await StoreSealedAsync(cache, key, number, Lasting with { Tags = await GenerationsAsync(cache, tags) }, 0);
        return await ReadNumberAsync(cache, key);
    }

    private static async Task ReadUntilDoneAsync(ICacheBackend cache, string[] keys, CancellationToken done)
    {
        for (var i = 0; !done.IsCancellationRequested; i++)
        {
            _ = i % 2 == 0 ? [await ReadNumberAsync(cache, keys[i % keys.Length])] : await ReadNumbersAsync(cache, keys);
            await Task.Yield();
        }
    }

    /// <summary>The numbers of the sealed values under several keys. A torn value is an error.</summary>
    private static async Task<IReadOnlyList<int?>> ReadNumbersAsync(ICacheBackend cache, string[] keys)
    {
        var destination = new StrictBufferWriter(1_024);
        var results = new CacheReadResult[keys.Length];
        await cache.GetManyAsync(keys, destination, results);
        var written = destination.Freeze();
        Assert.Equal(results.Sum(result => result.Length), written.Length);
        var numbers = new int?[keys.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            if (results[i].IsFound)
            {
                numbers[i] = ValueBytes.Unseal(written.Span[..results[i].Length]) ?? throw new InvalidDataException("The value is torn.");
                written = written[results[i].Length..];
            }
        }

        return numbers;
    }
}
