using Quickstart.Documents;

namespace Quickstart.Storage;

/// <summary>A chunk that answers a question.</summary>
/// <param name="Path">Its document.</param>
/// <param name="Chunk">The chunk.</param>
/// <param name="Score">How near it is: the cosine of the angle between its vector and the question's, 1 for the same direction.</param>
internal sealed record Recalled(string Path, Chunk Chunk, float Score);
