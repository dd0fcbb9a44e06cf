using Pipeline.State;
using Xunit;

namespace Pipeline.Conformance.State;

public abstract partial class StateStoreConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_call_that_is_cancelled_before_it_begins_does_nothing()
    {
        var store = await _store.OpenAsync();
        var version = await WriteAsync(store, Key());
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        var token = cancellation.Token;

        await AssertCancelledAsync(async () => await store.GetAsync(Key(), token));
        await AssertCancelledAsync(async () => await store.CompareAndSetAsync(Key(), Bytes("x"), version, null, token));
        await AssertCancelledAsync(async () => await store.DeleteAsync(Key(), version, token));
        await AssertCancelledAsync(async () => await store.ListAsync(Space, cancellationToken: token));
        await AssertCancelledAsync(async () => await store.GetTimeAsync(token));

        Assert.Equal(("value", version), ((await ReadAsync(store, Key()))!, (await store.GetAsync(Key()))!.Value.Version));

        async Task AssertCancelledAsync(Func<Task> call) =>
            Assert.Equal(token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(call)).CancellationToken);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_write_that_is_cancelled_on_its_way_took_place_or_did_not()
    {
        var store = await _store.OpenAsync();
        for (var i = 0; i < _store.Repetitions; i++)
        {
            // A key of its own: what was cancelled may still be done while the next round runs.
            var key = Key($"{i}");
            await (i % 2 == 0 ? WriteAsync(store, key) : Task.CompletedTask);
            var before = await store.GetAsync(key);
            using var cancellation = new CancellationTokenSource();
            var value = Bytes("changed");
            var writing = Task.Run(async () => await store.CompareAndSetAsync(key, value, before?.Version ?? 0, null, cancellation.Token));
            var cancelling = Task.Run(cancellation.CancelAsync);
            var isAnswered = false;
            try
            {
                isAnswered = (await writing).Succeeded;
            }
            catch (OperationCanceledException)
            {
                // What stands there tells.
            }

            await cancelling;
            var after = await store.GetAsync(key);
            var isDone = after is { } entry && entry.Value.Span.SequenceEqual(value);
            Assert.True(isDone || after == before || (after?.Version == before?.Version), "A cancelled write was half done.");
            Assert.True(isDone || !isAnswered, "A write that was answered is not there.");
        }
    }
}
