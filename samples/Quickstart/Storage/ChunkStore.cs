using System.Collections.Concurrent;
using System.Globalization;
using Pipeline.Steps;
using Pipeline.Vectors;
using Quickstart.Documents;
using Quickstart.Embedding;

namespace Quickstart.Storage;

/// <summary>Keeps documents, and their chunks' vectors in the suite's index. Thread safe.</summary>
internal sealed class ChunkStore(IVectorIndex index)
{
    private const string Collection = "chunks";
    private const char Separator = '/';

    // A text that many documents have takes a place for each before it is left out.
    private const int PlacesPerChunk = 8;

    private static readonly VectorScope Scope = new(Collection, CallContext.DefaultTenant);

    private readonly ConcurrentDictionary<string, StoredDocument> _documents = new(StringComparer.Ordinal);

    public IReadOnlyCollection<StoredDocument> Documents => [.. _documents.Values];

    /// <summary>Makes the collection. The vectors have length 1, so that their dot product is the cosine.</summary>
    public async ValueTask OpenAsync(int dimensions, CancellationToken cancellationToken) => await index.Collections.EnsureAsync(
        new VectorCollectionDefinition
        {
            Name = Collection,
            Model = FeatureHashingEmbeddingGenerator.Model,
            Dimension = dimensions,
            Distance = VectorDistance.DotProduct,
        },
        cancellationToken);

    /// <summary>Stores a document in place of what was stored of it: a queue delivers at least once, and twice must not double it.</summary>
    public async ValueTask PutAsync(StoredDocument document, CancellationToken cancellationToken)
    {
        var key = PathKey.Of(document.Path);
        var before = _documents.GetValueOrDefault(key)?.Chunks.Count ?? 0;
        foreach (var batch in document.Chunks.Index().Chunk(VectorArguments.MaxBatchSize))
        {
            var items = batch.Select(chunk => new VectorItem { Id = IdOf(key, chunk.Index), Vector = chunk.Item.Vector });
            await index.UpsertAsync(Scope, [.. items], cancellationToken);
        }

        _documents[key] = document;
        foreach (var stale in Enumerable.Range(0, before).Skip(document.Chunks.Count).Chunk(VectorArguments.MaxBatchSize))
        {
            await index.DeleteAsync(Scope, [.. stale.Select(number => IdOf(key, number))], cancellationToken);
        }
    }

    public StoredDocument? Find(string path) => _documents.GetValueOrDefault(PathKey.Of(path));

    /// <summary>Finds the chunks nearest to a vector, the nearest first, and each text once however many documents have it.</summary>
    /// <param name="question">The vector.</param>
    /// <param name="count">How many chunks at most.</param>
    /// <param name="minScore">The least score of a chunk.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async ValueTask<IReadOnlyList<Recalled>> RecallAsync(
        ReadOnlyMemory<float> question, int count, float minScore, CancellationToken cancellationToken)
    {
        var query = new VectorQuery { Vector = question, Limit = count * PlacesPerChunk, MinScore = minScore };
        var matches = await index.SearchAsync(Scope, query, cancellationToken);
        return
        [
            .. matches.Select(Recall)
                .OrderByDescending(recalled => recalled.Score)
                .ThenBy(recalled => recalled.Path, StringComparer.Ordinal)
                .DistinctBy(recalled => recalled.Chunk.Text, StringComparer.Ordinal)
                .Take(count),
        ];
    }

    private Recalled Recall(VectorMatch match)
    {
        var at = match.Id.IndexOf(Separator, StringComparison.Ordinal);
        var document = _documents[match.Id[..at]];
        return new Recalled(document.Path, document.Chunks[int.Parse(match.Id.AsSpan(at + 1), CultureInfo.InvariantCulture)], match.Score);
    }

    private static string IdOf(string key, int chunk) => string.Create(CultureInfo.InvariantCulture, $"{key}{Separator}{chunk}");
}
