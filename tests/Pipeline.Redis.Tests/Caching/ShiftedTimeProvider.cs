namespace Pipeline.Redis.Caching;

/// <summary>The clock of a machine that is set wrong.</summary>
internal sealed class ShiftedTimeProvider(TimeSpan shift) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + shift;
}
