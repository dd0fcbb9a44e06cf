using System.Runtime.CompilerServices;

namespace Pipeline.State;

/// <summary>The entries of one space of an in-memory store, and who watches them. Each call takes the space's lock.</summary>
internal sealed class StateSpace(string name)
{
    // What one call does is a few microseconds' work.
    private const int SweptAtATime = 32;
    private const int FewestAdditionsBetweenRounds = 1_000;

    private static readonly TimeSpan BetweenRounds = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, StateRow> _byKey = new(StringComparer.Ordinal);
    private readonly List<StateRow> _rows = [];
    private readonly List<StateChangeBuffer> _watches = [];

    // From the first listing on: most spaces are never listed, and to keep an order costs more than all else of a write.
    private SortedSet<StateRow>? _inOrder;

    // How many rows are still before the sweep's round; zero between rounds.
    private int _unswept;
    private DateTimeOffset _nextRound = DateTimeOffset.MinValue;
    private int _added;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byKey.Count;
            }
        }
    }

    public int WatchCount
    {
        get
        {
            lock (_gate)
            {
                return _watches.Count;
            }
        }
    }

    public StateEntry? Get(string key, DateTimeOffset now)
    {
        lock (_gate)
        {
            Sweep(now);
            return FindLive(key, now)?.Entry;
        }
    }

    public StateWriteResult CompareAndSet(StateKey key, StateEntry entry, long expectedVersion, DateTimeOffset now)
    {
        lock (_gate)
        {
            Sweep(now);
            var current = FindLive(key.Key, now);
            if ((current?.Entry.Version ?? StateEntry.NoVersion) != expectedVersion)
            {
                return StateWriteResult.Conflict(current?.Entry);
            }

            if (current is not null)
            {
                current.Entry = entry;
            }
            else
            {
                Add(new StateRow(key.Key) { Entry = entry });
            }

            Report(new StateChange(StateChangeKind.Written, key));
            return StateWriteResult.Written(entry.Version);
        }
    }

    public bool Delete(StateKey key, long? expectedVersion, DateTimeOffset now)
    {
        lock (_gate)
        {
            Sweep(now);
            if (FindLive(key.Key, now) is not { } current || (expectedVersion is { } version && version != current.Entry.Version))
            {
                return false;
            }

            Remove(current);
            Report(new StateChange(StateChangeKind.Deleted, key));
            return true;
        }
    }

    public StatePage List(string prefix, string? after, int limit, DateTimeOffset now)
    {
        lock (_gate)
        {
            Sweep(now);
            var items = new List<StateItem>();
            var bytes = 0L;
            foreach (var row in From(prefix, after))
            {
                if (!row.Key.StartsWith(prefix, StringComparison.Ordinal))
                {
                    break;
                }

                if (row.IsExpired(now) || string.Equals(row.Key, after, StringComparison.Ordinal))
                {
                    continue;
                }

                bytes += row.Entry.Value.Length;
                if (items.Count == limit || (items.Count > 0 && bytes > StateArguments.MaxPageBytes))
                {
                    return new StatePage(items, items[^1].Key.Key);
                }

                items.Add(new StateItem(new StateKey(name, row.Key), row.Entry));
            }

            return new StatePage(items, Next: null);
        }
    }

    public async IAsyncEnumerable<StateChange> WatchAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var watch = new StateChangeBuffer(prefix);
        lock (_gate)
        {
            _watches.Add(watch);
        }

        try
        {
            // A change from here on is reported after this: the watch stands already.
            yield return new StateChange(StateChangeKind.Resync);
            while (true)
            {
                yield return await watch.TakeAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            lock (_gate)
            {
                _watches.Remove(watch);
            }
        }
    }

    private StateRow? FindLive(string key, DateTimeOffset now)
    {
        if (!_byKey.TryGetValue(key, out var row))
        {
            return null;
        }

        if (!row.IsExpired(now))
        {
            return row;
        }

        Remove(row);
        return null;
    }

    private SortedSet<StateRow> From(string prefix, string? after)
    {
        _inOrder ??= new SortedSet<StateRow>(_rows, StateRow.Order);
        var first = after is not null && StateRow.Order.Compare(new StateRow(after), new StateRow(prefix)) > 0 ? after : prefix;
        return _inOrder.Max is { } last && StateRow.Order.Compare(new StateRow(first), last) <= 0
            ? _inOrder.GetViewBetween(new StateRow(first), last)
            : [];
    }

    private void Add(StateRow row)
    {
        row.Index = _rows.Count;
        _rows.Add(row);
        _byKey.Add(row.Key, row);
        _inOrder?.Add(row);
        _added++;
    }

    private void Remove(StateRow row)
    {
        var last = _rows[^1];
        (_rows[row.Index], last.Index) = (last, row.Index);
        _rows.RemoveAt(_rows.Count - 1);
        _byKey.Remove(row.Key);
        _inOrder?.Remove(row);
    }

    private void Report(in StateChange change)
    {
        foreach (var watch in _watches)
        {
            watch.Add(change);
        }
    }

    // A round begins some seconds after the last has ended, or sooner when about as much was added as there was, and takes a few entries a call: from the last row to the
    // first, since a row that goes gives its place to the last, which was looked at.
    private void Sweep(DateTimeOffset now)
    {
        if (_unswept == 0)
        {
            if (now < _nextRound && _added < Math.Max(FewestAdditionsBetweenRounds, _byKey.Count / 2))
            {
                return;
            }

            _unswept = _rows.Count;
        }

        _unswept = Math.Min(_unswept, _rows.Count);
        var end = Math.Max(0, _unswept - SweptAtATime);
        while (_unswept > end)
        {
            var row = _rows[--_unswept];
            if (row.IsExpired(now))
            {
                Remove(row);
            }
        }

        if (_unswept == 0)
        {
            _nextRound = now + BetweenRounds;
            _added = 0;
        }
    }
}
