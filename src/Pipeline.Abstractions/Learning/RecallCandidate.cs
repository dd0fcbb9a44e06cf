using System.Runtime.InteropServices;

namespace Pipeline.Learning;

/// <summary>A learning that may be recalled, for <see cref="RecallSelection"/>.</summary>
/// <remarks>For the authors of backends. Immutable, hence thread safe, as long as the memory behind <see cref="Direction"/> is left alone.</remarks>
/// <param name="Learning">The learning, with its outcomes as they are now.</param>
/// <param name="Similarity">How near it is to the query, not NaN. What is out of 0 to 1 counts as the nearer bound.</param>
/// <param name="Direction">
/// Where the query has an embedding, the learning's of the same model and dimension, brought to length one: by it, near-duplicates are told. Empty otherwise.
/// </param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RecallCandidate(StoredLearning Learning, double Similarity, ReadOnlyMemory<float> Direction = default);
