namespace Pipeline.Caching;

/// <summary>
/// All that goes on with keys in this process. Joining a flight, storing its value and overtaking it exclude each other for a key, so that a
/// value from before a change can neither be joined nor be stored after it. Thread safe; nothing of the caller's runs under its locks.
/// </summary>
internal sealed partial class FlightTable
{
    private const int Stripes = 64;

    private readonly KeyStripe[] _stripes = new KeyStripe[Stripes];
    private readonly BoundedStore<LocalEntry> _local;
    private readonly KnownTags _tags;

    public FlightTable(BoundedStore<LocalEntry> local, KnownTags tags)
    {
        _local = local;
        _tags = tags;
        for (var i = 0; i < Stripes; i++)
        {
            _stripes[i] = new();
        }
    }

    /// <summary>How many keys have work that has not ended.</summary>
    public int Count => _stripes.Sum(static stripe => stripe.Count);

    /// <summary>Joins the flight of a key, or starts one.</summary>
    /// <param name="key">The key.</param>
    /// <param name="terms">What callers must have in common.</param>
    /// <param name="tags">The tags, for a flight that is started.</param>
    /// <param name="seen">The entry that the caller found in this process, or <see langword="null"/>.</param>
    /// <param name="looks">Whether the caller may be answered from this process: then none is started where another entry stands there by now.</param>
    /// <param name="flight">The flight.</param>
    public JoinResult JoinOrStart<T>(string key, FlightTerms terms, EntryTags tags, LocalEntry? seen, bool looks, out Flight<T>? flight)
    {
        var stripe = StripeOf(key);
        lock (stripe.Gate)
        {
            flight = Find<T>(stripe, key, terms);
            if (flight is not null)
            {
                flight.Callers++;
                return JoinResult.Joined;
            }

            if (looks && _local.TryGet(key, out var standing) && !ReferenceEquals(standing, seen))
            {
                return JoinResult.LookAgain;
            }

            flight = Start<T>(stripe, key, terms, tags);
            flight.Callers = 1;
            return JoinResult.Started;
        }
    }

    /// <summary>Starts a flight that nobody waits for, to make a value anew before its time, unless there is one.</summary>
    public Flight<T>? TryStartRefresh<T>(string key, FlightTerms terms, EntryTags tags)
    {
        var stripe = StripeOf(key);
        lock (stripe.Gate)
        {
            if (Find<T>(stripe, key, terms) is not null)
            {
                return null;
            }

            var flight = Start<T>(stripe, key, terms, tags);
            flight.IsBackground = true;
            flight.IsRefresh = true;
            return flight;
        }
    }

    /// <summary>Lets a caller go. When all have gone, nobody can join any more, and the run is told to stop.</summary>
    public void Leave(Flight flight)
    {
        bool isLast;
        lock (StripeOf(flight.Key).Gate)
        {
            isLast = --flight.Callers == 0 && !flight.IsBackground;
            flight.IsOpen &= !isLast;
        }

        if (isLast)
        {
            flight.Cancel();
        }
    }

    /// <summary>Lets a flight go on when nobody waits, because its callers are to be answered with a stale value, if that is still valid.</summary>
    public bool TryAnswerEarly(Flight flight, LocalEntry answer)
    {
        lock (StripeOf(flight.Key).Gate)
        {
            if (!_tags.AreCurrent(answer.Tags, answer.Born))
            {
                return false;
            }

            flight.IsBackground = true;
            flight.EarlyAnswer = answer;
            return true;
        }
    }

    /// <summary>Whether a caller could still join a flight.</summary>
    public bool IsCurrent(Flight flight)
    {
        lock (StripeOf(flight.Key).Gate)
        {
            return IsJoinable(flight);
        }
    }

    /// <summary>Whether another flight of the same key has not ended, or has not given its lease back.</summary>
    public bool HasOtherFlight(Flight flight)
    {
        var stripe = StripeOf(flight.Key);
        lock (stripe.Gate)
        {
            for (var work = stripe.Newest(flight.Key); work is not null; work = work.Older)
            {
                if (work is Flight && !ReferenceEquals(work, flight))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>A count that grows when a flight of the key has given its lease back (<see cref="EndLease"/>), and now and then besides.</summary>
    public long LeasesEndedNear(string key)
    {
        var stripe = StripeOf(key);
        lock (stripe.Gate)
        {
            return stripe.LeasesEnded;
        }
    }

    /// <summary>Lets nobody join a flight any more.</summary>
    public void Close(Flight flight)
    {
        lock (StripeOf(flight.Key).Gate)
        {
            flight.IsOpen = false;
        }
    }

    /// <summary>
    /// Stores a value in this process if it may be, and answers whether it may be stored in the backend, too. After that work that began before
    /// can store nothing.
    /// </summary>
    /// <param name="work">The work that came by the value.</param>
    /// <param name="tags">The value's tags.</param>
    /// <param name="entry">What to store in this process; <see langword="null"/> for nothing.</param>
    /// <param name="writes">Whether the work goes on to write to the backend, so that a later write has to wait for its end.</param>
    public PublishResult Publish(KeyWork work, EntryTags tags, LocalEntry? entry, bool writes)
    {
        lock (StripeOf(work.Key).Gate)
        {
            if (!work.IsStorable)
            {
                return PublishResult.Overtaken;
            }

            if (!_tags.AreCurrent(tags, work.Born))
            {
                return PublishResult.Invalid;
            }

            for (var older = work.Older; older is not null; older = older.Older)
            {
                older.IsStorable = false;
            }

            if (entry is not null)
            {
                _local.Set(entry);
            }

            work.IsWriting = writes;
            return PublishResult.Current;
        }
    }

    /// <summary>Keeps a stale value in this process, unless anything but what was there before stands there.</summary>
    public void KeepStale(KeyWork work, LocalEntry entry, LocalEntry? before)
    {
        lock (StripeOf(work.Key).Gate)
        {
            if (work.IsStorable && _tags.AreCurrent(entry.Tags, entry.Born) && (before is null || !_local.TryReplace(before, entry)))
            {
                _local.TryAdd(entry);
            }
        }
    }

    /// <summary>Ends work. That it ended twice does no harm.</summary>
    /// <param name="work">The work.</param>
    /// <param name="keepsLease">Whether it is a flight that still has a lease: then <see cref="HasOtherFlight"/> sees it until <see cref="EndLease"/>.</param>
    public void End(KeyWork work, bool keepsLease = false)
    {
        var stripe = StripeOf(work.Key);
        TaskCompletionSource? ended;
        lock (stripe.Gate)
        {
            if (!keepsLease)
            {
                stripe.Remove(work);
            }

            work.IsStorable = false;
            work.IsWriting = false;
            if (work is Flight flight)
            {
                flight.IsOpen = false;
            }

            ended = work.Ended;
        }

        ended?.TrySetResult();
    }

    /// <summary>Ends what was left of a flight when it has given back its lease.</summary>
    public void EndLease(Flight flight)
    {
        var stripe = StripeOf(flight.Key);
        lock (stripe.Gate)
        {
            stripe.Remove(flight);
            stripe.LeasesEnded++;
        }
    }

    // Writes go on: those of one key take turns.
    private static void Overtake(KeyWork work)
    {
        if (work is KeyWrite)
        {
            return;
        }

        work.IsStorable = false;
        if (work is Flight flight)
        {
            flight.IsOpen = false;
        }
    }

    private static void Add(KeyStripe stripe, KeyWork work)
    {
        stripe.Add(work);
        for (var older = work.Older; older is not null; older = older.Older)
        {
            // Beside a write that has not ended, nobody knows whether what is read is from before or after it.
            work.IsStorable &= work is KeyWrite || older is not KeyWrite;
        }
    }

    private Flight<T> Start<T>(KeyStripe stripe, string key, FlightTerms terms, EntryTags tags)
    {
        var flight = new Flight<T>(key, terms, tags, _tags.Version);
        Add(stripe, flight);
        return flight;
    }

    private Flight<T>? Find<T>(KeyStripe stripe, string key, FlightTerms terms)
    {
        for (var work = stripe.Newest(key); work is not null; work = work.Older)
        {
            if (work is Flight<T> flight && flight.Terms == terms && IsJoinable(flight))
            {
                return flight;
            }
        }

        return null;
    }

    private bool IsJoinable(Flight flight) =>
        flight.IsOpen
        && flight.Born >= _tags.ConfirmFrom
        && _tags.AreCurrent(flight.Tags, flight.Born)
        && (flight.EarlyAnswer is not { } stale || _tags.AreCurrent(stale.Tags, stale.Born));

    private KeyStripe StripeOf(string key) => _stripes[key.GetHashCode(StringComparison.Ordinal) & (Stripes - 1)];
}
