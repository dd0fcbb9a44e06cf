using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Pipeline.Backends;

namespace Pipeline.Vectors;

/// <summary>Vectors in PostgreSQL: exact without pgvector, by an HNSW index for each version with it. What it promises is at <see cref="IVectorIndex"/>.</summary>
internal sealed class PostgresVectorIndex : IVectorIndex
{
    private readonly PostgresVectorVersions _versions;

    public PostgresVectorIndex(PostgresConnection connection, PostgresVectorSupport support, ILogger<PostgresVectorIndex> logger)
    {
        _versions = new PostgresVectorVersions(connection, support);
        Collections = new PostgresVectorCollections(connection, support, _versions, this, logger);
    }

    public IVectorCollections Collections { get; }

    public async ValueTask UpsertAsync(VectorScope scope, IReadOnlyList<VectorItem> items, CancellationToken cancellationToken = default)
    {
        VectorArguments.CheckScope(scope);
        ArgumentNullException.ThrowIfNull(items);
        await _versions.CallAsync(new UpsertVectorsCall(scope, items), cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<IReadOnlyList<VectorMatch>> SearchAsync(VectorScope scope, VectorQuery query, CancellationToken cancellationToken = default)
    {
        VectorArguments.CheckScope(scope);
        ArgumentNullException.ThrowIfNull(query);
        return _versions.CallAsync(new SearchVectorsCall(scope, query), cancellationToken);
    }

    public IAsyncEnumerable<VectorItem> ReadAsync(VectorScope scope, VectorFilter? filter = null, CancellationToken cancellationToken = default)
    {
        VectorArguments.CheckScope(scope);
        return ReadPagesAsync(scope, filter, cancellationToken);
    }

    public ValueTask<long> CountAsync(VectorScope scope, VectorFilter? filter = null, CancellationToken cancellationToken = default)
    {
        VectorArguments.CheckScope(scope);
        return _versions.CallAsync(new CountVectorsCall(scope, filter), cancellationToken);
    }

    public async ValueTask DeleteAsync(VectorScope scope, IReadOnlyList<string> ids, CancellationToken cancellationToken = default)
    {
        VectorArguments.CheckScope(scope);
        VectorArguments.CheckIds(ids);
        await _versions.CallAsync(new DeleteVectorsCall(scope, [.. ids], filter: null), cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DeleteWhereAsync(VectorScope scope, VectorFilter filter, CancellationToken cancellationToken = default)
    {
        VectorArguments.CheckScope(scope);
        ArgumentNullException.ThrowIfNull(filter);
        return DeleteBatchesAsync(scope, VectorFilterPath.Of(filter), cancellationToken);
    }

    public ValueTask DeleteAllAsync(VectorScope scope, CancellationToken cancellationToken = default)
    {
        VectorArguments.CheckScope(scope);
        return DeleteBatchesAsync(scope, filter: null, cancellationToken);
    }

    private async ValueTask DeleteBatchesAsync(VectorScope scope, string? filter, CancellationToken cancellationToken)
    {
        var call = new DeleteVectorsCall(scope, ids: null, filter);
        while (await _versions.CallAsync(call, cancellationToken).ConfigureAwait(false) == DeleteVectorsCall.MostItems)
        {
        }
    }

    private async IAsyncEnumerable<VectorItem> ReadPagesAsync(VectorScope scope, VectorFilter? filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = filter is null ? null : VectorFilterPath.Of(filter);
        VectorPage page;
        string? after = null;
        do
        {
            page = await _versions.CallAsync(new ReadVectorsCall(scope, path, after), cancellationToken).ConfigureAwait(false);
            foreach (var item in page.Items)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return item;
                after = item.Id;
            }

            // Whatever is live meanwhile, the reading goes on in the version that it began in.
            scope = new VectorScope(scope.Collection, scope.Tenant, page.Version);
        }
        while (!page.IsLast);
    }
}
