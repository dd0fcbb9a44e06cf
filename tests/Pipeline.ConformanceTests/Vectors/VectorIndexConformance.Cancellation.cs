using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Conformance.Vectors;

public abstract partial class VectorIndexConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task A_call_that_was_cancelled_before_does_nothing()
    {
        var definition = Definition();
        var (index, scope) = await OpenAsync(definition);
        await index.UpsertAsync(scope, [Item("a", Axis(0))]);
        var token = new CancellationToken(canceled: true);
        Func<Task>[] calls =
        [
            async () => await index.UpsertAsync(scope, [Item("b", Axis(0))], token),
            async () => await index.SearchAsync(scope, Query(Axis(0)), token),
            async () => await index.ReadAsync(scope, cancellationToken: token).GetAsyncEnumerator().MoveNextAsync(),
            async () => await index.ReadAsync(scope).GetAsyncEnumerator(token).MoveNextAsync(),
            async () => await index.CountAsync(scope, cancellationToken: token),
            async () => await index.DeleteAsync(scope, ["a"], token),
            async () => await index.DeleteWhereAsync(scope, VectorFilter.Not(VectorFilter.EqualTo("x", 1)), token),
            async () => await index.DeleteAllAsync(scope, token),
            async () => await index.Collections.EnsureAsync(Definition(scope.Collection + "2"), token),
            async () => await index.Collections.BuildAsync(definition, token),
            async () => await index.Collections.ValidateAsync(scope.Collection, 1, cancellationToken: token),
            async () => await index.Collections.SwitchAsync(scope.Collection, 1, token),
            async () => await index.Collections.RetireAsync(scope.Collection, 2, token),
            async () => await index.Collections.ListAsync(scope.Collection, token),
        ];
        foreach (var call in calls)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(call);
        }

        Assert.Equal(["a"], await IdsAsync(index, scope));
        Assert.Single(await index.Collections.ListAsync(scope.Collection));
        Assert.Empty(await index.Collections.ListAsync(scope.Collection + "2"));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_batch_that_is_cancelled_on_its_way_is_wholly_stored_or_not_at_all()
    {
        const int BatchSize = 20;
        var (index, scope) = await OpenAsync();
        for (var i = 0; i < _store.Repetitions; i++)
        {
            using var cancellation = new CancellationTokenSource();
            var batch = Enumerable.Range(0, BatchSize).Select(number => Item($"{i}-{number}", Axis(number % Dimension), ("batch", (long)i))).ToList();
            var storing = Task.Run(async () => await index.UpsertAsync(scope, batch, cancellation.Token));
            await Task.WhenAll(cancellation.CancelAsync(), storing.ContinueWith(static _ => { }, TaskScheduler.Default));

            var stored = await index.CountAsync(scope, VectorFilter.EqualTo("batch", i));
            Assert.True(stored is 0 or BatchSize, $"{stored} of {BatchSize} items were stored.");
            Assert.True(stored == BatchSize || storing.IsCanceled, "The call has returned, and its items are not there.");
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_reader_can_be_cancelled_in_the_middle()
    {
        var (index, scope) = await OpenAsync();
        await index.UpsertAsync(scope, [.. Enumerable.Range(0, VectorArguments.MaxBatchSize).Select(static i => Item($"i{i}", [1, i, 0, 0]))]);
        using var cancellation = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in index.ReadAsync(scope, cancellationToken: cancellation.Token))
            {
                await cancellation.CancelAsync();
            }
        });
    }
}
