using System.Runtime.CompilerServices;
using Pipeline.Vectors;

namespace Pipeline.Conformance.Vectors.FaultInjection;

/// <summary>
/// A vector index between an application and its backend that lets calls fail before or after they took effect, or holds them up: for tests of how the
/// application takes it.
/// </summary>
/// <param name="inner">The index that does the work.</param>
/// <param name="faults">The faults to come.</param>
/// <remarks>Thread safe. Optional abilities are those of the inner index, without faults.</remarks>
public sealed class FaultInjectingVectorIndex(IVectorIndex inner, VectorFaults faults) : IVectorIndex
{
    /// <inheritdoc />
    public IVectorCollections Collections { get; } = new FaultInjectingCollections(inner.Collections, faults);

    /// <inheritdoc />
    public TCapability? GetCapability<TCapability>()
        where TCapability : class => this as TCapability ?? inner.GetCapability<TCapability>();

    /// <inheritdoc />
    public ValueTask UpsertAsync(VectorScope scope, IReadOnlyList<VectorItem> items, CancellationToken cancellationToken = default) =>
        RunAsync(VectorCall.Upsert, () => inner.UpsertAsync(scope, items, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<VectorMatch>> SearchAsync(VectorScope scope, VectorQuery query, CancellationToken cancellationToken = default) =>
        faults.RunAsync(VectorCall.Search, () => inner.SearchAsync(scope, query, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public IAsyncEnumerable<VectorItem> ReadAsync(VectorScope scope, VectorFilter? filter = null, CancellationToken cancellationToken = default)
    {
        VectorArguments.CheckScope(scope);
        return ReadItemsAsync(scope, filter, cancellationToken);
    }

    /// <inheritdoc />
    public ValueTask<long> CountAsync(VectorScope scope, VectorFilter? filter = null, CancellationToken cancellationToken = default) =>
        faults.RunAsync(VectorCall.Count, () => inner.CountAsync(scope, filter, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask DeleteAsync(VectorScope scope, IReadOnlyList<string> ids, CancellationToken cancellationToken = default) =>
        RunAsync(VectorCall.Delete, () => inner.DeleteAsync(scope, ids, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask DeleteWhereAsync(VectorScope scope, VectorFilter filter, CancellationToken cancellationToken = default) =>
        RunAsync(VectorCall.Delete, () => inner.DeleteWhereAsync(scope, filter, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public ValueTask DeleteAllAsync(VectorScope scope, CancellationToken cancellationToken = default) =>
        RunAsync(VectorCall.Delete, () => inner.DeleteAllAsync(scope, cancellationToken), cancellationToken);

    private async ValueTask RunAsync(VectorCall call, Func<ValueTask> work, CancellationToken cancellationToken) => await faults.RunAsync(
        call,
        async () =>
        {
            await work();
            return true;
        },
        cancellationToken);

    private async IAsyncEnumerable<VectorItem> ReadItemsAsync(
        VectorScope scope, VectorFilter? filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var items = await faults.RunAsync(VectorCall.Read, () => ValueTask.FromResult(inner.ReadAsync(scope, filter, cancellationToken)), cancellationToken);
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            yield return item;
        }
    }
}
