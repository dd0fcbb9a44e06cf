using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Conformance.RateLimiting;
using Pipeline.Postgres.Fixtures;
using Pipeline.RateLimiting;

namespace Pipeline.Postgres.RateLimiting;

/// <summary>
/// The limiter on a real server with a clock that moves by hand: all that the other leaves can only wait for (hours, months, clocks that are set) and
/// all that they can only compare roughly.
/// </summary>
internal sealed class ManualClockTestStore : RateLimiterTestStore
{
    private readonly ManualTimeProvider _time = new();
    private TestClock? _clock;
    private PostgresConnection? _connection;
    private IRateLimiter? _limiter;

    public override TimeSpan ClockTolerance => TimeSpan.Zero;

    public override TimeSpan ClockUnit => TimeSpan.FromMicroseconds(1);

    public override string? CannotMoveTime => null;

    public override string CannotSetClock => "The wall clock is the only one that the server tells, so that durations are measured on it, too.";

    public override GenerationSettings Generation => new() { Sequences = 40 };

    public override int Repetitions => 100;

    /// <summary>Makes one that is ready, for a test that is none of the suite's.</summary>
    public static async Task<ManualClockTestStore> StartAsync(TestClock? clock = null)
    {
        var store = new ManualClockTestStore { _clock = clock ?? await TestClock.StartAsync(PostgresTopologyKind.Node, isManual: true) };
        await store.InitializeAsync();
        return store;
    }

    public override async ValueTask InitializeAsync()
    {
        _clock ??= await TestClock.GetAsync(PostgresTopologyKind.Node, isManual: true);
        _connection = _clock.Connect(TimeProvider.System);
        _limiter = new ForwardingLimiter(new PostgresRateLimiter(_connection), () => AdvanceAsync(ClockUnit));
        await AdvanceAsync(TimeSpan.Zero);
    }

    public override ValueTask<IRateLimiter> OpenAsync(TimeSpan clientClockOffset) => ValueTask.FromResult(_limiter!);

    public override ValueTask AdvanceAsync(TimeSpan time) => ChangeAsync(() => _time.Advance(RoundUp(time)));

    public override ValueTask<DateTimeOffset> GetServerTimeAsync() => _clock!.ReadAsync(_time.GetUtcNow);

    /// <summary>Sets the clock, for tests of what follows the wall clock.</summary>
    public override ValueTask SetServerTimeAsync(DateTimeOffset utcNow) => ChangeAsync(() => _time.SetUtcNow(utcNow));

    public override ValueTask DisposeAsync() => _connection?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static TimeSpan RoundUp(TimeSpan time) =>
        new((time.Ticks + TimeSpan.TicksPerMicrosecond - 1) / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond);

    private ValueTask ChangeAsync(Action change) =>
        _clock!.ChangeAsync(change, () => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
}
