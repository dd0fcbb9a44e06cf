namespace Quickstart.Ingestion;

/// <summary>Where the queue is.</summary>
/// <param name="Server">What is called the server that it is on; <see langword="null"/> if it is in memory.</param>
internal sealed record QueueHome(string? Server)
{
    /// <summary>Whether other processes may work on it at the same time, and it outlives this one.</summary>
    public bool IsShared => Server is not null;
}
