using System.Buffers;
using Pipeline.Caching;
using Xunit;

namespace Pipeline.Conformance.Caching;

public abstract partial class CacheConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_call_that_is_cancelled_before_it_begins_does_nothing()
    {
        var cache = await OpenAsync();
        await SetTaggedAsync(cache, Name("a"), "value", Name("t"));
        var generation = await GenerationAsync(cache, Name("t"));
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        var token = cancellation.Token;
        var destination = new StrictBufferWriter();
        var results = new CacheReadResult[1];

        await AssertCancelledAsync(async () => await cache.TryGetAsync(Name("a"), destination, CacheReadOptions.None, token));
        await AssertCancelledAsync(async () => await cache.GetManyAsync(new[] { Name("a") }, destination, results, CacheReadOptions.None, token));
        await AssertCancelledAsync(async () => await cache.ReadGenerationsAsync([Name("t")], token));
        await AssertCancelledAsync(async () => await cache.SetAsync(Name("a"), ValueBytes.Of("x"), Lasting, token));
        await AssertCancelledAsync(async () => await cache.SetManyAsync(new[] { Entry(Name("a"), "x"), Entry(Name("b"), "x") }, token));
        await AssertCancelledAsync(async () => await cache.TryAddAsync(Name("b"), ValueBytes.Of("x"), Lasting, token));
        await AssertCancelledAsync(async () => await cache.RemoveAsync(Name("a"), token));
        await AssertCancelledAsync(async () => await cache.InvalidateTagAsync(Name("t"), token));

        Assert.Equal(0, destination.Length);
        Assert.Equal(["value", null], (await GetManyAsync(cache, [Name("a"), Name("b")], CacheReadOptions.RequireFreshTags)).Texts);
        Assert.Equal(generation, await GenerationAsync(cache, Name("t")));

        async Task AssertCancelledAsync(Func<Task> call)
        {
            var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(call);
            Assert.Equal(token, error.CancellationToken);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_read_that_is_cancelled_before_it_begins_extends_nothing()
    {
        var cache = await OpenAsync();
        await SetAsync(cache, Name("a"), "value", new() { FreshFor = Tick * 50, SlidingWindow = Tick * 3 });
        await AdvanceAsync(Tick * 2);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await cache.TryGetAsync(Name("a"), new StrictBufferWriter(), CacheReadOptions.None, new CancellationToken(canceled: true)));
        await AdvanceAsync(Tick);

        Assert.Null(await ReadAsync(cache, Name("a")));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_read_that_is_cancelled_has_written_nothing_and_any_other_all()
    {
        var cache = await OpenAsync();
        var value = ValueBytes.Sealed(7);
        await cache.SetAsync(Name("a"), new ReadOnlySequence<byte>(value), Lasting with { Tags = await GenerationsAsync(cache, Name("t")) });
        for (var i = 0; i < _store.Repetitions; i++)
        {
            var one = new StrictBufferWriter();
            var two = new StrictBufferWriter();
            var results = new CacheReadResult[2];

            var isRead = await WhileCancellingAsync(
                async token => await cache.TryGetAsync(Name("a"), one, CacheReadOptions.RequireFreshTags, token));
            var areRead = await WhileCancellingAsync(
                async token => await cache.GetManyAsync(new[] { Name("a"), Name("a") }, two, results, CacheReadOptions.None, token));

            Assert.Equal(isRead ? value : [], one.Freeze().ToArray());
            Assert.Equal(areRead ? [.. value, .. value] : Array.Empty<byte>(), two.Freeze().ToArray());
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_write_that_is_cancelled_is_wholly_done_or_not_done()
    {
        var cache = await OpenAsync();
        for (var i = 1; i <= _store.Repetitions; i++)
        {
            // With names of its own: what was cancelled may still be done while the next round runs.
            var (one, other) = (Name($"set{i}"), Name($"added{i}"));
            var before = ValueBytes.Sealed(i);
            var after = ValueBytes.Sealed(-i);
            await cache.SetAsync(one, new ReadOnlySequence<byte>(before), Lasting);
            var isSet = await WhileCancellingAsync(async token => await cache.SetAsync(one, new ReadOnlySequence<byte>(after), Lasting, token));
            var isAdded = await WhileCancellingAsync(
                async token => await cache.TryAddAsync(other, new ReadOnlySequence<byte>(after), Lasting, token));

            var set = await ReadNumberAsync(cache, one);
            Assert.True(set == -i || (!isSet && set == i), $"The entry is {set}, the call {(isSet ? "succeeded" : "was cancelled")}.");
            var added = await ReadNumberAsync(cache, other);
            Assert.True(added == -i || (!isAdded && added is null), $"The entry is {added}, the call {(isAdded ? "succeeded" : "was cancelled")}.");
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_removal_or_invalidation_that_is_cancelled_is_wholly_done_or_not_done()
    {
        var cache = await OpenAsync();
        for (var i = 0; i < _store.Repetitions; i++)
        {
            var tag = Name($"t{i}");
            await SetTaggedAsync(cache, Name("a"), "a", tag);
            await SetTaggedAsync(cache, Name("b"), "b", tag);
            await SetAsync(cache, Name($"c{i}"), "c");
            var isInvalidated = await WhileCancellingAsync(async token => await cache.InvalidateTagAsync(tag, token));
            var isRemoved = await WhileCancellingAsync(async token => await cache.RemoveAsync(Name($"c{i}"), token));

            var (_, texts) = await GetManyAsync(cache, [Name("a"), Name("b"), Name($"c{i}")], CacheReadOptions.RequireFreshTags);
            Assert.Equal(texts[0] is null, texts[1] is null);
            Assert.False(isInvalidated && texts[0] is not null, "An entry was returned after its tag was invalidated.");
            Assert.False(isRemoved && texts[2] is not null, "An entry was returned after it was removed.");
        }
    }

    /// <summary>Makes a call and cancels it at the same time.</summary>
    /// <returns>Whether the call succeeded nevertheless.</returns>
    private static async Task<bool> WhileCancellingAsync(Func<CancellationToken, Task> call)
    {
        using var cancellation = new CancellationTokenSource();
        var cancel = Task.Run(cancellation.CancelAsync);
        try
        {
            await call(cancellation.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            await cancel;
        }
    }

    /// <summary>The number of the sealed value under a key, or <see langword="null"/> if there is none. A torn value is an error.</summary>
    private static async Task<int?> ReadNumberAsync(ICacheBackend cache, string key, CacheReadOptions options = CacheReadOptions.None)
    {
        var destination = new StrictBufferWriter(1_024);
        var result = await cache.TryGetAsync(key, destination, options);
        var written = destination.Freeze();
        Assert.Equal(result.Length, written.Length);
        return result.IsFound ? ValueBytes.Unseal(written.Span) ?? throw new InvalidDataException("The value is torn.") : null;
    }
}
