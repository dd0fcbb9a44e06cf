namespace Pipeline.Backends;

/// <summary>
/// Gives up calls whose time is over, by one timer for all of them: a timer for each call would cost as much as the call itself. A call is given up
/// a twentieth of the time-out late at most. Thread safe.
/// </summary>
internal sealed class CallDeadlines : IDisposable
{
    private const int StripeCount = 8;
    private const int LooksOfTimeout = 20;

    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromMilliseconds(250);

    private readonly Stripe[] _stripes = new Stripe[StripeCount];
    private readonly TimeProvider _time;
    private readonly TimeSpan _period;
    private readonly ITimer _timer;
    private int _isLooking;

    public CallDeadlines(TimeProvider time, TimeSpan timeout)
    {
        _time = time;
        _period = TimeSpan.FromTicks(Math.Clamp(timeout.Ticks / LooksOfTimeout, ShortestPeriod.Ticks, LongestPeriod.Ticks));
        for (var i = 0; i < _stripes.Length; i++)
        {
            _stripes[i] = new Stripe();
        }

        // The timer must not keep a connection alive that nobody uses any more.
        _timer = time.CreateTimer(static state => ((CallDeadlines)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Watches over a call.</summary>
    /// <returns>What <see cref="Remove"/> is given.</returns>
    public int Add(IDeadlineCall call)
    {
        var number = Environment.CurrentManagedThreadId % StripeCount;
        _stripes[number].Add(call);
        if (Volatile.Read(ref _isLooking) == 0 && Interlocked.Exchange(ref _isLooking, 1) == 0)
        {
            _timer.Change(_period, Timeout.InfiniteTimeSpan);
        }

        return number;
    }

    /// <summary>Watches over a call no longer.</summary>
    public void Remove(IDeadlineCall call, int stripe) => _stripes[stripe].Remove(call);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        // Set back first: who adds a call from now on starts the timer again, whatever is found below.
        Volatile.Write(ref _isLooking, 0);
        var now = _time.GetTimestamp();
        var isAnyLeft = false;
        foreach (var stripe in _stripes)
        {
            isAnyLeft |= stripe.GiveUp(now);
        }

        if (isAnyLeft && Interlocked.Exchange(ref _isLooking, 1) == 0)
        {
            _timer.Change(_period, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>A part of the calls under a lock of its own.</summary>
    private sealed class Stripe
    {
        private readonly Lock _gate = new();
        private readonly List<IDeadlineCall> _calls = [];

        public void Add(IDeadlineCall call)
        {
            lock (_gate)
            {
                call.Place = _calls.Count;
                _calls.Add(call);
            }
        }

        public void Remove(IDeadlineCall call)
        {
            lock (_gate)
            {
                if (call.Place < 0)
                {
                    return;
                }

                // The last takes its place.
                var last = _calls[^1];
                _calls[call.Place] = last;
                last.Place = call.Place;
                _calls.RemoveAt(_calls.Count - 1);
                call.Place = -1;
            }
        }

        /// <summary>Gives up those whose time is over. Says whether others are left.</summary>
        public bool GiveUp(long now)
        {
            lock (_gate)
            {
                for (var i = _calls.Count - 1; i >= 0; i--)
                {
                    var call = _calls[i];
                    if (call.Deadline <= now)
                    {
                        _calls[i] = _calls[^1];
                        _calls[i].Place = i;
                        _calls.RemoveAt(_calls.Count - 1);
                        call.Place = -1;

                        // Within the lock: a call that has ended is used again as soon as it has been removed, and must not be given up then.
                        call.GiveUp();
                    }
                }

                return _calls.Count > 0;
            }
        }
    }
}
