namespace Pipeline.Caching;

/// <summary>
/// The clock of caches in this process. Durations are measured on the monotonic clock, so that a jump of the wall clock changes no
/// entry's life; the wall clock only names instants. Thread safe.
/// </summary>
internal sealed class CacheClock
{
    private const long WallClockInterval = 1_000;
    private const long GreatestWobble = 100 * TimeSpan.TicksPerMillisecond;

    // However the wall clock is set, the instants that are named by it stay within what DateTimeOffset can say.
    private static readonly long LeastWallClock = new DateTimeOffset(0100, 1, 1, 0, 0, 0, TimeSpan.Zero).UtcTicks;
    private static readonly long GreatestWallClock = new DateTimeOffset(9900, 1, 1, 0, 0, 0, TimeSpan.Zero).UtcTicks;

    private readonly TimeProvider _time;
    private readonly bool _isSystem;
    private readonly long _start;
    private long _origin;
    private long _wallClockDue;

    public CacheClock(TimeProvider time)
    {
        _time = time;
        _isSystem = ReferenceEquals(time, TimeProvider.System);
        _start = time.GetTimestamp();
        var now = Now;
        _origin = OriginNow(now);
        _wallClockDue = now + WallClockInterval;
    }

    /// <summary>Milliseconds since some instant in the past. Never goes back.</summary>
    public long Now
    {
        get
        {
            // Entries live for milliseconds at least, and this clock costs a fifth of the precise one. It is asked on every hit.
#pragma warning disable RS0030
            return _isSystem ? Environment.TickCount64 : _time.GetElapsedTime(_start).Ticks / TimeSpan.TicksPerMillisecond;
#pragma warning restore RS0030
        }
    }

    public DateTimeOffset UtcNow => ToUtc(Now);

    /// <summary>Names an instant of <see cref="Now"/> by the wall clock.</summary>
    /// <param name="instant">The instant, within a century of now.</param>
    public DateTimeOffset ToUtc(long instant) => ToUtc(instant, ReadOrigin(Now));

    /// <summary>Names an instant as seen from an origin, so that instants which are named together keep their distance.</summary>
    public static DateTimeOffset ToUtc(long instant, long origin) => new(origin + (instant * TimeSpan.TicksPerMillisecond), TimeSpan.Zero);

    /// <summary>
    /// What the wall clock showed at instant 0, in ticks. Taken from the wall clock once a second, which costs more than a whole hit.
    /// </summary>
    public long ReadOrigin(long now)
    {
        if (now >= Volatile.Read(ref _wallClockDue))
        {
            ReadWallClock(now);
        }

        return Volatile.Read(ref _origin);
    }

    private void ReadWallClock(long now)
    {
        Volatile.Write(ref _wallClockDue, now + WallClockInterval);
        var origin = OriginNow(now);

        // The two clocks tick apart by some milliseconds. Were these followed, an entry's expiry would read differently each time.
        if (Math.Abs(origin - Volatile.Read(ref _origin)) > GreatestWobble)
        {
            Volatile.Write(ref _origin, origin);
        }
    }

    private long OriginNow(long now) =>
        Math.Clamp(_time.GetUtcNow().UtcTicks, LeastWallClock, GreatestWallClock) - (now * TimeSpan.TicksPerMillisecond);
}
