using Pipeline.Conformance;
using Pipeline.Conformance.RateLimiting;

namespace Pipeline.RateLimiting;

/// <summary>The in-memory limiter under a clock that moves by hand.</summary>
internal sealed class InMemoryRateLimiterTestStore : RateLimiterTestStore
{
    private readonly ManualTimeProvider _clock = new();
    private readonly InMemoryRateLimiter _limiter;

    public InMemoryRateLimiterTestStore() => _limiter = new InMemoryRateLimiter(_clock);

    public override TimeSpan ClockTolerance => TimeSpan.Zero;

    public override TimeSpan ClockUnit => TimeSpan.FromTicks(1);

    public override string? CannotMoveTime => null;

    public override string? CannotSetClock => null;

    public override GenerationSettings Generation => new() { Sequences = 600 };

    public override int Repetitions => 1_000;

    /// <summary>One process has one clock and one limiter.</summary>
    public override ValueTask<IRateLimiter> OpenAsync(TimeSpan clientClockOffset) => ValueTask.FromResult<IRateLimiter>(_limiter);

    public override ValueTask AdvanceAsync(TimeSpan time)
    {
        _clock.Advance(time);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<DateTimeOffset> GetServerTimeAsync() => ValueTask.FromResult(_clock.GetUtcNow());

    public override ValueTask SetServerTimeAsync(DateTimeOffset utcNow)
    {
        _clock.SetUtcNow(utcNow);
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
