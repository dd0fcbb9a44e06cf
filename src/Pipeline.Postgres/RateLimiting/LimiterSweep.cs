namespace Pipeline.RateLimiting;

/// <summary>Says when a decision deletes a few expired rows too, and how old these must be. Thread safe.</summary>
/// <remarks>
/// The server has no clock but its wall clock, which can be set forward and back again. So what is deleted had expired already by what that clock showed
/// a minute ago by the clock of this process, which is not set; or, until it has seen so much, had expired for a day.
/// </remarks>
internal sealed class LimiterSweep(TimeProvider time)
{
    private const int CallsBetween = 16;
    private const long Day = 86_400_000_000;

    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private (long Stamp, long Server)? _seen;
    private long? _until;
    private uint _calls;

    /// <summary>Counts a decision.</summary>
    /// <returns>The expiry up to which it deletes; <see langword="null"/> if it does not.</returns>
    public long? Next() => Interlocked.Increment(ref _calls) % CallsBetween == 0 ? Until() : null;

    /// <summary>Takes note of the server's time.</summary>
    public void Observe(long server)
    {
        lock (_gate)
        {
            if (_seen is not { } seen)
            {
                (_seen, _until) = ((time.GetTimestamp(), server), server - Day);
            }
            else if (time.GetElapsedTime(seen.Stamp) >= Grace)
            {
                (_until, _seen) = (seen.Server, (time.GetTimestamp(), server));
            }
        }
    }

    private long? Until()
    {
        lock (_gate)
        {
            return _until;
        }
    }
}
