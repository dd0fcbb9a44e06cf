namespace Pipeline.Postgres.RateLimiting;

/// <summary>The wall clock of a process that is set wrong.</summary>
internal sealed class ShiftedTimeProvider(TimeSpan offset) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + offset;
}
