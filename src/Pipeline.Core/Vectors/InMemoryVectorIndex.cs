namespace Pipeline.Vectors;

/// <summary>
/// Vectors in the process's memory: the whole contract of <see cref="IVectorIndex"/> for a single process, with nothing to install. What it holds ends
/// with the process.
/// </summary>
/// <remarks>
/// <para>Thread safe. Every call on items completes on the caller's thread. A search takes processor time in proportion to the items that its filter lets
/// through: about 4 ms for 100,000 items of 384 dimensions, as long as it takes to read them. Readers neither wait for writers nor keep them waiting: a
/// call sees the items as they were at one moment, and each batch wholly or not at all, which is more than the contract asks.</para>
/// <para><b>Search is exact</b>, whatever <see cref="VectorQuery.Exact"/> says, in single precision. Filters are decided first, and only what passes is compared. A
/// condition on one of <see cref="VectorCollectionDefinition.FilterFields"/> reads a column; another reads each payload, to the same answer.</para>
/// <para><b>Memory.</b> An item takes 4 bytes a component, its id and payload, about 100 bytes, and 17 bytes for each filter field. By cosine, vectors
/// are stored at length one. What is deleted or replaced is given back when it is more than half of a segment (at most 4 MiB of vectors, or 64 items where
/// those are more), and a tenant without items takes nothing.</para>
/// </remarks>
public sealed class InMemoryVectorIndex : IVectorIndex
{
    private readonly InMemoryVectorCollections _collections;

    /// <summary>Makes an index without collections.</summary>
    /// <param name="timeProvider">The clock that dates versions. <see langword="null"/> is <see cref="TimeProvider.System"/>.</param>
    public InMemoryVectorIndex(TimeProvider? timeProvider = null) => _collections = new InMemoryVectorCollections(timeProvider ?? TimeProvider.System);

    /// <inheritdoc/>
    public IVectorCollections Collections => _collections;

    /// <inheritdoc/>
    public ValueTask UpsertAsync(VectorScope scope, IReadOnlyList<VectorItem> items, CancellationToken cancellationToken = default)
    {
        VectorArguments.CheckScope(scope);
        ArgumentNullException.ThrowIfNull(items);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        var version = _collections.Find(scope);
        VectorArguments.CheckItems(items, version.Definition);
        version.Upsert(scope.Tenant, items);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<VectorMatch>> SearchAsync(VectorScope scope, VectorQuery query, CancellationToken cancellationToken = default)
    {
        VectorArguments.CheckScope(scope);
        ArgumentNullException.ThrowIfNull(query);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IReadOnlyList<VectorMatch>>(cancellationToken);
        }

        var version = _collections.Find(scope);
        var definition = version.Definition;
        VectorArguments.CheckVector(query.Vector, definition, nameof(query));
        return new(VectorScan.Search(version.Find(scope.Tenant), definition.Distance, query, cancellationToken));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<VectorItem> ReadAsync(VectorScope scope, VectorFilter? filter = null, CancellationToken cancellationToken = default)
    {
        VectorArguments.CheckScope(scope);
        return SnapshotReader.ReadAsync(() => _collections.Find(scope).Find(scope.Tenant), filter, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<long> CountAsync(VectorScope scope, VectorFilter? filter = null, CancellationToken cancellationToken = default)
    {
        VectorArguments.CheckScope(scope);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<long>(cancellationToken);
        }

        var items = _collections.Find(scope).Find(scope.Tenant);
        return new(filter is null ? items.Count : items.CountWhere(filter, cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(VectorScope scope, IReadOnlyList<string> ids, CancellationToken cancellationToken = default)
    {
        VectorArguments.CheckScope(scope);
        VectorArguments.CheckIds(ids);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        _collections.Find(scope).Delete(scope.Tenant, ids);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DeleteWhereAsync(VectorScope scope, VectorFilter filter, CancellationToken cancellationToken = default)
    {
        VectorArguments.CheckScope(scope);
        ArgumentNullException.ThrowIfNull(filter);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        _collections.Find(scope).DeleteWhere(scope.Tenant, filter);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DeleteAllAsync(VectorScope scope, CancellationToken cancellationToken = default)
    {
        VectorArguments.CheckScope(scope);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        _collections.Find(scope).DeleteAll(scope.Tenant);
        return ValueTask.CompletedTask;
    }
}
