using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Backends;
using Pipeline.Conformance.RateLimiting;
using Pipeline.Conformance;
using Pipeline.RateLimiting;
using Pipeline.Redis.Fixtures;

namespace Pipeline.Redis.RateLimiting;

/// <summary>
/// The limiter on a real server, by the server's clock. To wait out every window would take six minutes a leaf, so where a test lets
/// time pass, the scripts' clock goes ahead of the server's by as much, and goes on from there.
/// </summary>
internal sealed class RedisRateLimiterTestStore(RedisTopologyKind kind) : RateLimiterTestStore
{
    private readonly List<RedisConnection> _connections = [];
    private readonly string _prefix = RedisTestClient.NewPrefix();
    private readonly Lock _gate = new();
    private Moved _moved = new(TimeSpan.Zero, LimiterScripts.Default);

    /// <summary>A quarter of it is the tolerance, and a loaded machine answers late. Since time is not waited for, it costs nothing.</summary>
    public override TimeSpan Tick => TimeSpan.FromSeconds(40);

    public override string CannotMoveTime => "The server's clock goes on by itself.";

    public override GenerationSettings Generation => new() { Sequences = 5, OperationsPerSequence = 40, FirstSeed = 1 + ((ulong)kind * 1_000) };

    public override int Repetitions => 60;

    public override async ValueTask<IRateLimiter> OpenAsync(TimeSpan clientClockOffset)
    {
        var connection = await RedisTestClient.BorrowAsync(kind, _prefix, new ShiftedTimeProvider(clientClockOffset));
        _connections.Add(connection);
        var current = Open();
        return new ForwardingLimiter(
            () =>
            {
                var known = Volatile.Read(ref current);
                if (!ReferenceEquals(known.Moved, Volatile.Read(ref _moved)))
                {
                    Volatile.Write(ref current, known = Open());
                }

                return known.Limiter;
            },
            () => ValueTask.CompletedTask);

        Opened Open()
        {
            var moved = Volatile.Read(ref _moved);
            return new(moved, new RedisRateLimiter(connection, NullLogger<RedisRateLimiter>.Instance, moved.Scripts));
        }
    }

    public override ValueTask AdvanceAsync(TimeSpan time)
    {
        lock (_gate)
        {
            var ahead = _moved.By + TimeSpan.FromMicroseconds(Math.Ceiling(time.TotalMicroseconds));
            Volatile.Write(ref _moved, new(ahead, RewrittenScripts.Ahead(ahead.Ticks / TimeSpan.TicksPerMicrosecond)));
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>All test servers are of this machine, and so is their clock, which counts in microseconds.</summary>
    public override ValueTask<DateTimeOffset> GetServerTimeAsync()
    {
        var now = DateTimeOffset.UtcNow + Volatile.Read(ref _moved).By;
        return ValueTask.FromResult(now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)));
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }
    }

    private sealed record Moved(TimeSpan By, LimiterScripts Scripts);

    private sealed record Opened(Moved Moved, RedisRateLimiter Limiter);
}
