namespace Pipeline.RateLimiting;

/// <summary>Tells which states are hot: asked about so often that a block of permits pays.</summary>
/// <remarks>
/// A state is hot from its 16th call within a second on, until the end of the next second. Of several states that share a place in the map the one with most
/// calls keeps it (the majority vote of Boyer and Moore), so the map never grows. Thread safe; of calls that meet, one may not be counted.
/// </remarks>
/// <param name="frequency">How many timestamps are a second.</param>
internal sealed class HeatMap(long frequency)
{
    /// <summary>A block costs two calls, its lease and its end. Below so many calls a second that is soon no gain, and only keeps permits from other processes.</summary>
    public const int HotCalls = 16;

    private const int Places = 4_096;

    // A place: the state's hash (32 bits), the second (24), whether the second before was hot (1), the calls in this one (7).
    private const int HashShift = 32;
    private const int SecondShift = 8;
    private const long SecondMask = 0xFF_FFFF;
    private const long WasHot = 0x80;
    private const long CallsMask = 0x7F;

    private readonly long[] _places = new long[Places];

    /// <summary>Counts a call.</summary>
    /// <param name="hash">The state's hash.</param>
    /// <param name="now">The timestamp.</param>
    /// <returns>Whether the state is hot.</returns>
    public bool Count(int hash, long now)
    {
        ref var place = ref _places[hash & (Places - 1)];
        var before = Volatile.Read(ref place);
        var after = After(before, hash, (now / frequency) & SecondMask);
        if (after != before)
        {
            Interlocked.CompareExchange(ref place, after, before);
        }

        return (int)(after >> HashShift) == hash && ((after & WasHot) != 0 || (after & CallsMask) == HotCalls);
    }

    private static long After(long place, int hash, long second)
    {
        var (calls, age) = (place & CallsMask, (second - (place >> SecondShift)) & SecondMask);
        var isSame = (int)(place >> HashShift) == hash;
        return (isSame, age) switch
        {
            (true, 0) => calls < HotCalls ? place + 1 : place,
            (true, 1) when calls == HotCalls => Place(hash, second, WasHot + 1),
            (false, 0) when calls > 1 => place - 1,
            _ => Place(hash, second, 1),
        };
    }

    private static long Place(int hash, long second, long calls) => ((long)hash << HashShift) | (second << SecondShift) | calls;
}
