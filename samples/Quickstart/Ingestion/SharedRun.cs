using Pipeline.Queues;

namespace Quickstart.Ingestion;

/// <summary>A run: of one process, or of all that work on the same folders over the same server at the same time.</summary>
/// <param name="Id">What its documents are known by in the queue.</param>
/// <param name="StartedAt">When it began, by the clock of the store.</param>
/// <param name="Processes">How many processes have joined it.</param>
/// <param name="Before">What the queue had counted when it began.</param>
internal sealed record SharedRun(string Id, DateTimeOffset StartedAt, int Processes, QueueStats Before)
{
    /// <summary>Whether a process has found all of its documents done.</summary>
    public bool HasEnded { get; init; }
}
