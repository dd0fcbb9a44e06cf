namespace Pipeline.Queues;

/// <summary>What a receive found.</summary>
/// <param name="Messages">The messages; empty if nothing was ready.</param>
/// <param name="Next">Where nothing was: how long until something is due or a lease runs out.</param>
internal readonly record struct QueueAnswer(IReadOnlyList<ReceivedMessage> Messages, TimeSpan Next);
