namespace Quickstart.Ingestion;

/// <summary>Where the queue is.</summary>
/// <param name="IsShared">Whether it is on Redis: other processes may work on it at the same time, and it outlives this one.</param>
internal sealed record QueueHome(bool IsShared);
