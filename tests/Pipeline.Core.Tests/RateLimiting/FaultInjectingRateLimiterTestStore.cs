using Pipeline.Conformance;
using Pipeline.Conformance.RateLimiting;
using Pipeline.Conformance.RateLimiting.FaultInjection;

namespace Pipeline.RateLimiting;

/// <summary>The in-memory limiter behind a decorator that injects no fault.</summary>
internal sealed class FaultInjectingRateLimiterTestStore : RateLimiterTestStore
{
    private readonly InMemoryRateLimiterTestStore _inner = new();

    public override TimeSpan ClockTolerance => _inner.ClockTolerance;

    public override TimeSpan ClockUnit => _inner.ClockUnit;

    public override string? CannotMoveTime => _inner.CannotMoveTime;

    public override string? CannotSetClock => _inner.CannotSetClock;

    public override GenerationSettings Generation => new() { Sequences = 100, FirstSeed = 100_000 };

    public override async ValueTask<IRateLimiter> OpenAsync(TimeSpan clientClockOffset) =>
        new FaultInjectingRateLimiter(await _inner.OpenAsync(clientClockOffset), new RateLimiterFaults());

    public override ValueTask AdvanceAsync(TimeSpan time) => _inner.AdvanceAsync(time);

    public override ValueTask<DateTimeOffset> GetServerTimeAsync() => _inner.GetServerTimeAsync();

    public override ValueTask SetServerTimeAsync(DateTimeOffset utcNow) => _inner.SetServerTimeAsync(utcNow);

    public override ValueTask DisposeAsync() => _inner.DisposeAsync();
}
