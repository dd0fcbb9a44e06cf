namespace Pipeline.Queues;

/// <summary>
/// Which way a queue's next receive goes. The whole way does what time has brought, finds the tenants and begins at the first message: behind a transaction that holds back
/// vacuum, it walks over all that were completed since. While much is received, most receives go on from where the last one found its first message, and
/// the whole way is taken by one at a time, and so seldom that it costs a twentieth of the time, but every 5 seconds at least. Thread safe.
/// </summary>
internal sealed class ReceivePace(TimeProvider time)
{
    /// <summary>How many messages of a second make a queue busy.</summary>
    private const int BusyFrom = 1_000;

    private const int ShareOfWholeWay = 20;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenTidyings = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long _second;
    private int _received;
    private int _receivedBefore;
    private long _wholeWayFrom;
    private int _lane;
    private long _floor;
    private bool _hasFloor;
    private long _tidied;

    /// <summary>Says where to go on, if the way from there may be taken.</summary>
    public bool TryGetFloor(out int lane, out long floor)
    {
        lock (_gate)
        {
            Count(0);
            (lane, floor) = (_lane, _floor);
            if (!_hasFloor || Math.Max(_received, _receivedBefore) < BusyFrom)
            {
                return false;
            }

            var now = time.GetTimestamp();
            if (now < _wholeWayFrom)
            {
                return true;
            }

            // This one takes it; the others go on from the floor meanwhile.
            _wholeWayFrom = After(now, LongestPause);
            return false;
        }
    }

    /// <summary>Whether this receive should tidy up, which one a second does while there is traffic.</summary>
    public bool TakeTidying()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_tidied != 0 && time.GetElapsedTime(_tidied, now) < BetweenTidyings)
            {
                return false;
            }

            _tidied = now;
            return true;
        }
    }

    /// <summary>Notes a receive that went on from the floor.</summary>
    public void Note(int count, int wanted, int lane, long first)
    {
        lock (_gate)
        {
            Count(count);
            if (count < wanted)
            {
                _wholeWayFrom = 0;
            }
            else if (lane == _lane)
            {
                _floor = first;
            }
        }
    }

    /// <summary>Notes a receive that went the whole way.</summary>
    /// <param name="count">How many messages it got.</param>
    /// <param name="place">The lane of all of them and the lowest place, if they have one lane and their tenant is the only one.</param>
    /// <param name="started">When it began.</param>
    public void NoteWholeWay(int count, (int Lane, long Seq)? place, long started)
    {
        lock (_gate)
        {
            Count(count);
            _hasFloor = place is not null;
            (_lane, _floor) = place ?? default;
            var now = time.GetTimestamp();
            _wholeWayFrom = After(now, TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, time.GetElapsedTime(started, now).Ticks * ShareOfWholeWay)));
        }
    }

    /// <summary>Lets the next receive go the whole way: something stands before the floor.</summary>
    public void ForgetFloor()
    {
        lock (_gate)
        {
            _wholeWayFrom = 0;
        }
    }

    private long After(long now, TimeSpan pause) => now + (long)(pause.TotalSeconds * time.TimestampFrequency);

    private void Count(int count)
    {
        var second = time.GetTimestamp() / time.TimestampFrequency;
        if (second != _second)
        {
            _receivedBefore = second == _second + 1 ? _received : 0;
            (_second, _received) = (second, 0);
        }

        _received += count;
    }
}
