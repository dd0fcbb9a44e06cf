using Quickstart.Documents;

namespace Quickstart.Storage;

/// <summary>A document that went all the way.</summary>
internal sealed record StoredDocument(string Path, string Encoding, long Bytes, IReadOnlyList<Chunk> Chunks, TimeSpan Latency);
