using System.Collections.Concurrent;
using System.Numerics.Tensors;

namespace Quickstart.Storage;

/// <summary>Keeps documents and compares a question with every chunk of theirs. Thread safe.</summary>
/// <remarks>
/// A store of the sample's own, because the suite's <c>IVectorIndex</c> has no backend yet; once it has, this class goes.
/// </remarks>
internal sealed class InMemoryChunkStore
{
    private readonly ConcurrentDictionary<string, StoredDocument> _documents = new(StringComparer.Ordinal);

    public IReadOnlyCollection<StoredDocument> Documents => [.. _documents.Values];

    /// <summary>Stores a document in place of what was stored of it: a queue delivers at least once, and twice must not double it.</summary>
    public void Put(StoredDocument document) => _documents[document.Path] = document;

    public StoredDocument? Find(string path) => _documents.GetValueOrDefault(path);

    /// <summary>Finds the chunks nearest to a vector, the nearest first, and each text once however many documents have it.</summary>
    /// <param name="question">The vector.</param>
    /// <param name="count">How many chunks at most.</param>
    /// <param name="minScore">The least score of a chunk.</param>
    public IReadOnlyList<Recalled> Recall(ReadOnlyMemory<float> question, int count, float minScore) =>
    [
        .. _documents.Values
            .SelectMany(document => document.Chunks.Select(chunk =>
                new Recalled(document.Path, chunk, TensorPrimitives.Dot(question.Span, chunk.Vector.Span))))
            .Where(recalled => recalled.Score >= minScore)
            .OrderByDescending(recalled => recalled.Score)
            .ThenBy(recalled => recalled.Path, StringComparer.Ordinal)
            .DistinctBy(recalled => recalled.Chunk.Text, StringComparer.Ordinal)
            .Take(count),
    ];
}
