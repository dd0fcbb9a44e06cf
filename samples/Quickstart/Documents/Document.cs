namespace Quickstart.Documents;

/// <summary>The item of the chain, and the message of the queue. Each step returns a copy with what it has added.</summary>
/// <param name="Path">Where the file is.</param>
/// <remarks>
/// The producer sends a path, a hundred bytes. Text and chunks travel from step to step inside the process; they reach the
/// queue only in the checkpoint of a document that failed half-way, so that its next attempt resumes where the last one got to.
/// </remarks>
internal sealed record Document(string Path)
{
    public DocumentText? Text { get; init; }

    public IReadOnlyList<Chunk>? Chunks { get; init; }
}
