using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Caching;
using Xunit;

namespace Pipeline.Conformance.Caching;

public abstract partial class CacheConformance
{
    /// <summary>Keys that differ as little as names can.</summary>
    private static readonly string[] Neighbours =
        ["k", "K", "k ", " k", "kk", "\u00e9", "e\u0301", "\u00e9\u0301", "\u212a", "k:", "{k}", "*", "k\u200b", "😀"];

    [Fact(Timeout = TimeLimit)]
    public async Task What_was_stored_is_read_by_any_process()
    {
        var (first, second) = await OpenTwiceAsync();
        byte[] value = [.. Enumerable.Range(0, 1_024).Select(i => (byte)i)];
        await first.SetAsync(Name("a"), new ReadOnlySequence<byte>(value), Lasting);

        foreach (var cache in new[] { first, second })
        {
            var destination = new StrictBufferWriter();
            var result = await cache.TryGetAsync(Name("a"), destination);

            Assert.Equal((CacheReadStatus.Fresh, value.Length), (result.Status, result.Length));
            Assert.Equal(value, destination.Freeze());
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_was_never_stored_is_missing_and_nothing_is_written()
    {
        var cache = await OpenAsync();
        foreach (var options in new[] { CacheReadOptions.None, CacheReadOptions.AllowStale, CacheReadOptions.RequireFreshTags })
        {
            Assert.Equal(CacheReadStatus.Missing, (await GetAsync(cache, Name("a"), options)).Result.Status);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_last_value_stands()
    {
        var (first, second) = await OpenTwiceAsync();
        foreach (var text in new[] { "short", "a value that is much longer than the one before it", "", "x" })
        {
            await SetAsync(first, Name("a"), text);
            Assert.Equal(text, await ReadAsync(second, Name("a")));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_same_entry_can_be_stored_twice()
    {
        var cache = await OpenAsync();
        var options = Lasting with { Tags = await GenerationsAsync(cache, Name("t")) };

        await SetAsync(cache, Name("a"), "value", options);
        await SetAsync(cache, Name("a"), "value", options);

        Assert.Equal("value", await ReadAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_empty_value_is_a_value()
    {
        var cache = await OpenAsync();
        await cache.SetAsync(Name("set"), ReadOnlySequence<byte>.Empty, Lasting);
        Assert.True(await cache.TryAddAsync(Name("added"), default, Lasting));
        await SetManyAsync(cache, Entry(Name("many"), ""));

        foreach (var key in new[] { Name("set"), Name("added"), Name("many") })
        {
            Assert.Equal("", await ReadAsync(cache, key));
            Assert.False(await TryAddAsync(cache, key, "other"));
            Assert.True(await cache.RemoveAsync(key));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_value_in_segments_is_stored_whole()
    {
        var cache = await OpenAsync();
        var text = new StringBuilder();
        var parts = new List<ReadOnlyMemory<byte>>();
        for (var i = 0; i < 50; i++)
        {
            var part = new string((char)('a' + (i % 26)), i * 7 % 40);
            text.Append(part);
            parts.Add(Encoding.UTF8.GetBytes($"xx{part}yy").AsMemory()[2..^2]);
        }

        var value = ValueBytes.InSegments(parts);
        await cache.SetAsync(Name("set"), value, Lasting);
        Assert.True(await cache.TryAddAsync(Name("added"), value, Lasting));
        await SetManyAsync(cache, new CacheEntry(Name("many"), value, Lasting));
        await cache.SetAsync(Name("slice"), value.Slice(5, 100), Lasting);

        foreach (var key in new[] { Name("set"), Name("added"), Name("many") })
        {
            Assert.Equal(text.ToString(), await ReadAsync(cache, key));
        }

        Assert.Equal(text.ToString(5, 100), await ReadAsync(cache, Name("slice")));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(1)]
    [InlineData(1_000)]
    [InlineData(1_000_000)]
    public async Task A_destination_may_hand_out_room_of_any_size(int chunk)
    {
        var cache = await OpenAsync();
        var value = RandomNumberGenerator.GetBytes(5_000);
        await cache.SetAsync(Name("a"), new ReadOnlySequence<byte>(value), Lasting);
        var destination = new StrictBufferWriter(chunk);

        await cache.TryGetAsync(Name("a"), destination);

        Assert.Equal(value, destination.Freeze());
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_was_in_the_destination_before_stays()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("a"), "value");
        var destination = new ArrayBufferWriter<byte>();
        destination.Write("before "u8);

        await cache.TryGetAsync(Name("a"), destination);
        await cache.TryGetAsync(Name("none"), destination);

        Assert.Equal("before value", Encoding.UTF8.GetString(destination.WrittenSpan));
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_value_is_the_callers_own_again_after_the_call(bool isInSegments)
    {
        var cache = await OpenAsync();
        var value = "value"u8.ToArray();
        var sequence = isInSegments ? ValueBytes.InSegments(value.AsMemory(0, 2), value.AsMemory(2)) : new ReadOnlySequence<byte>(value);
        CacheEntry[] entries = [new(Name("many"), sequence, Lasting)];

        await cache.SetAsync(Name("set"), sequence, Lasting);
        await cache.TryAddAsync(Name("added"), sequence, Lasting);
        await cache.SetManyAsync(entries);
        value.AsSpan().Fill((byte)'!');
        entries[0] = Entry(Name("never"), "stored");

        foreach (var key in new[] { Name("set"), Name("added"), Name("many") })
        {
            Assert.Equal("value", await ReadAsync(cache, key));
        }

        Assert.Null(await ReadAsync(cache, Name("never")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_was_read_is_the_callers_own_after_the_call()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("a"), "value");
        var one = new StrictBufferWriter();
        var many = new StrictBufferWriter();
        string[] keys = [Name("a"), Name("a")];
        var results = new CacheReadResult[2];
        await cache.TryGetAsync(Name("a"), one);
        await cache.GetManyAsync(keys, many, results);
        one.Freeze();
        many.Freeze();
        keys.AsSpan().Clear();
        results.AsSpan().Clear();

        await SetAsync(cache, Name("a"), "other");
        await cache.RemoveAsync(Name("a"));

        one.AssertUntouched();
        many.AssertUntouched();
        Assert.All(results, result => Assert.False(result.IsFound));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_the_reader_does_to_its_copy_changes_no_entry()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("a"), "value");
        var destination = new ArrayBufferWriter<byte>();
        await cache.TryGetAsync(Name("a"), destination);

        Assert.True(MemoryMarshal.TryGetArray(destination.WrittenMemory, out var copy));
        copy.AsSpan().Fill((byte)'!');

        Assert.Equal("value", await ReadAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Keys_are_compared_ordinally()
    {
        var (first, second) = await OpenTwiceAsync();
        foreach (var key in Neighbours)
        {
            await SetAsync(first, Name(key), key);
        }

        foreach (var key in Neighbours)
        {
            Assert.Equal(key, await ReadAsync(second, Name(key)));
        }

        Assert.True(await first.RemoveAsync(Name("k")));
        Assert.Equal("K", await ReadAsync(second, Name("K")));
        Assert.Null(await ReadAsync(second, Name("k")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_key_of_512_bytes_is_stored_whatever_its_characters()
    {
        var cache = await OpenAsync();
        string[] longest = [new('x', 480), new('ü', 240), new('€', 160), string.Concat(Enumerable.Repeat("😀", 120))];
        foreach (var key in longest.Select(start => start + _run))
        {
            Assert.Equal(512, Encoding.UTF8.GetByteCount(key));
            await SetAsync(cache, key, key);
            Assert.Equal(key, await ReadAsync(cache, key));
            Assert.True(await cache.RemoveAsync(key));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_key_and_an_equal_tag_never_collide()
    {
        var cache = await OpenAsync();
        var both = Name("both");
        await SetAsync(cache, both, "untagged");
        await SetTaggedAsync(cache, Name("a"), "tagged", both);

        await cache.RemoveAsync(both);
        Assert.Equal("tagged", await ReadAsync(cache, Name("a")));
        await SetAsync(cache, both, "untagged");
        await cache.InvalidateTagAsync(both);

        Assert.Equal("untagged", await ReadAsync(cache, both));
        Assert.Null(await ReadAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_value_of_64_MiB_is_stored_and_one_of_a_byte_more_is_refused()
    {
        const int Part = 1024 * 1024;
        const int Parts = CacheEntryOptions.MaxValueBytes / Part;
        var cache = await OpenAsync();
        var random = RandomNumberGenerator.GetBytes(Part + Parts);
        ReadOnlyMemory<byte>[] parts = [.. Enumerable.Range(0, Parts).Select(i => random.AsMemory(i, Part))];
        var tooLarge = ValueBytes.InSegments([.. parts, random.AsMemory(0, 1)]);

        await cache.SetAsync(Name("a"), ValueBytes.InSegments(parts), Lasting);
        await Assert.ThrowsAsync<ArgumentException>("value", async () => await cache.SetAsync(Name("a"), tooLarge, Lasting));
        await Assert.ThrowsAsync<ArgumentException>("value", async () => await cache.TryAddAsync(Name("b"), tooLarge, Lasting));
        Assert.Throws<ArgumentException>("value", () => new CacheEntry(Name("b"), tooLarge, Lasting));

        var destination = new StrictBufferWriter(Part);
        Assert.Equal(CacheEntryOptions.MaxValueBytes, (await cache.TryGetAsync(Name("a"), destination)).Length);
        var read = destination.Freeze();
        Assert.All(Enumerable.Range(0, Parts), i => Assert.True(read.Span.Slice(i * Part, Part).SequenceEqual(parts[i].Span)));
        Assert.Null(await ReadAsync(cache, Name("b")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_awaits_a_call_runs_on_the_thread_pool()
    {
        var cache = await OpenAsync();
        await Task.Run(async () =>
        {
            await SetAsync(cache, Name("a"), "value").ConfigureAwait(false);
            Assert.True(Thread.CurrentThread.IsThreadPoolThread);
            await cache.TryGetAsync(Name("a"), new ArrayBufferWriter<byte>()).ConfigureAwait(false);
            Assert.True(Thread.CurrentThread.IsThreadPoolThread);
            await cache.InvalidateTagAsync(Name("t")).ConfigureAwait(false);
            Assert.True(Thread.CurrentThread.IsThreadPoolThread);
        });
    }
}
