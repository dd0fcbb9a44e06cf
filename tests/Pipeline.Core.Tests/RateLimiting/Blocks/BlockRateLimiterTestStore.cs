using Pipeline.Conformance;
using Pipeline.Conformance.RateLimiting;

namespace Pipeline.RateLimiting;

/// <summary>The limiter of one process with blocks, over the limiter in memory, under a clock that moves by hand.</summary>
internal sealed class BlockRateLimiterTestStore : RateLimiterTestStore
{
    private readonly BlockHost _host = new(blockSize: 5);

    public override TimeSpan ClockTolerance => TimeSpan.Zero;

    public override TimeSpan ClockUnit => TimeSpan.FromTicks(1);

    public override string? CannotMoveTime => null;

    public override string? CannotSetClock => null;

    /// <summary>The model counts to the last permit what each request finds. What no block serves does not find the permits of one; <see cref="BlockHistoryTests"/> stands in.</summary>
    public override GenerationSettings Generation => new() { Sequences = 0 };

    /// <summary>Concurrent facts have this as their limit, or twice it: enough for blocks.</summary>
    public override int Repetitions => 1_000;

    public override ValueTask<IRateLimiter> OpenAsync(TimeSpan clientClockOffset) => ValueTask.FromResult<IRateLimiter>(_host.Limiter);

    public override ValueTask AdvanceAsync(TimeSpan time)
    {
        _host.Clock.Advance(time);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<DateTimeOffset> GetServerTimeAsync() => ValueTask.FromResult(_host.Clock.GetUtcNow());

    public override ValueTask SetServerTimeAsync(DateTimeOffset utcNow)
    {
        _host.Clock.SetUtcNow(utcNow);
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync()
    {
        _host.Dispose();
        return ValueTask.CompletedTask;
    }
}
