using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Backends;
using Pipeline.Conformance.RateLimiting;
using Pipeline.Conformance;
using Pipeline.RateLimiting;
using Pipeline.Redis.Fixtures;
using StackExchange.Redis;

namespace Pipeline.Redis.RateLimiting;

/// <summary>
/// The limiter on a real server whose scripts read the time from a key rather than from TIME, so that it moves by hand: all that the other
/// leaves can only wait for (hours, months, clocks that are set) and all that they can only compare roughly. Keys live for an hour there, so what a
/// state says must not depend on its expiry.
/// </summary>
internal sealed class ManualClockTestStore : RateLimiterTestStore
{
    private readonly string _prefix = RedisTestClient.NewPrefix();
    private readonly ManualTimeProvider _clock = new();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private RedisConnection? _connection;
    private RedisRateLimiter? _limiter;

    public override TimeSpan ClockTolerance => TimeSpan.Zero;

    public override TimeSpan ClockUnit => TimeSpan.FromMicroseconds(1);

    public override string? CannotMoveTime => null;

    public override string? CannotSetClock => "TIME is the server's only clock in a script, so that durations are measured on it, too.";

    public override GenerationSettings Generation => new() { Sequences = 300 };

    private string ClockKey => $"{_prefix}:clock";

    /// <summary>Makes one that is ready, for a test that is none of the suite's.</summary>
    public static async Task<ManualClockTestStore> StartAsync()
    {
        var store = new ManualClockTestStore();
        await store.InitializeAsync();
        return store;
    }

    public override async ValueTask InitializeAsync()
    {
        _connection = await RedisTestClient.BorrowAsync(RedisTopologyKind.Node, _prefix);
        _limiter = new RedisRateLimiter(_connection, NullLogger<RedisRateLimiter>.Instance, RewrittenScripts.ByHand(ClockKey));
        await WriteClockAsync();
    }

    /// <summary>A reset takes time, as on a clock that goes on: no server runs two commands in one microsecond.</summary>
    public override ValueTask<IRateLimiter> OpenAsync(TimeSpan clientClockOffset) => ValueTask.FromResult<IRateLimiter>(
        new ForwardingLimiter(() => _limiter!, () => AdvanceAsync(ClockUnit)));

    public override ValueTask AdvanceAsync(TimeSpan time) => ChangeAsync(() => _clock.Advance(RoundUp(time)));

    // Not between the two changes that moving the clock is: what a caller reads must not be past what the server has.
    public override async ValueTask<DateTimeOffset> GetServerTimeAsync()
    {
        await _gate.WaitAsync();
        try
        {
            return _clock.GetUtcNow();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Sets the clock, for tests of what follows the wall clock.</summary>
    public override ValueTask SetServerTimeAsync(DateTimeOffset utcNow) => ChangeAsync(() => _clock.SetUtcNow(utcNow));

    public override async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        _gate.Dispose();
    }

    private static TimeSpan RoundUp(TimeSpan time) =>
        new((time.Ticks + TimeSpan.TicksPerMicrosecond - 1) / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond);

    private async ValueTask ChangeAsync(Action change)
    {
        await _gate.WaitAsync();
        try
        {
            change();
            await WriteClockAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task WriteClockAsync()
    {
        var microseconds = (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        var text = string.Create(CultureInfo.InvariantCulture, $"{microseconds / 1_000_000} {microseconds % 1_000_000}");
        await _connection!.CallAsync(
            "clock", (ClockKey, text), static (session, call) => session.Database.StringSetAsync(call.ClockKey, call.text, TimeSpan.FromHours(1)));
    }
}
