using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Conformance.RateLimiting;
using Pipeline.Postgres.Fixtures;
using Pipeline.RateLimiting;

namespace Pipeline.Postgres.RateLimiting;

/// <summary>
/// The limiter on a real server, by the server's clock. To wait out every window would take minutes a leaf, so where a test lets time pass, the
/// clock goes ahead of the server's by as much, and goes on from there.
/// </summary>
internal sealed class PostgresRateLimiterTestStore(PostgresTopologyKind kind) : RateLimiterTestStore
{
    private readonly List<PostgresConnection> _connections = [];
    private TestClock? _clock;
    private TimeSpan _ahead;

    /// <summary>A quarter of it is the tolerance, and a loaded machine answers late. Since time is not waited for, it costs nothing.</summary>
    public override TimeSpan Tick => TimeSpan.FromSeconds(40);

    public override string CannotMoveTime => "The server's clock goes on by itself.";

    public override GenerationSettings Generation => new() { Sequences = 4, OperationsPerSequence = 40, FirstSeed = 1 + ((ulong)kind * 1_000) };

    public override int Repetitions => 60;

    public override async ValueTask InitializeAsync()
    {
        _clock = await TestClock.GetAsync(kind, isManual: false);
        await AdvanceAsync(TimeSpan.Zero);
    }

    public override ValueTask<IRateLimiter> OpenAsync(TimeSpan clientClockOffset)
    {
        var connection = _clock!.Connect(new ShiftedTimeProvider(clientClockOffset));
        _connections.Add(connection);
        return ValueTask.FromResult<IRateLimiter>(new PostgresRateLimiter(connection));
    }

    public override ValueTask AdvanceAsync(TimeSpan time) => _clock!.ChangeAsync(
        () => _ahead += TimeSpan.FromMicroseconds(Math.Ceiling(time.TotalMicroseconds)), () => _ahead.Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>All test servers are of this machine, and so is their clock, which counts in microseconds.</summary>
    public override ValueTask<DateTimeOffset> GetServerTimeAsync() => _clock!.ReadAsync(() =>
    {
        var now = DateTimeOffset.UtcNow + _ahead;
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    });

    public override async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }
    }
}
