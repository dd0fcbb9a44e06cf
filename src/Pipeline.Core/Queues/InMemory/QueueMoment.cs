namespace Pipeline.Queues;

/// <summary>The time of one call, on both clocks.</summary>
/// <param name="Now">Ticks of the <see cref="QueueClock"/>.</param>
/// <param name="UtcNow">The wall clock.</param>
internal readonly record struct QueueMoment(long Now, DateTimeOffset UtcNow);
