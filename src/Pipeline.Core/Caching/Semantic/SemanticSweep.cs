using Pipeline.Vectors;

namespace Pipeline.Caching;

/// <summary>Knows where requests have expired that still stand in the index. Thread safe.</summary>
internal sealed class SemanticSweep
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<VectorScope, long> _due = new();
    private readonly HashSet<VectorScope> _waiting = [];

    /// <summary>Notes that something expires, unless it is known already that something does.</summary>
    public void Note(VectorScope place, long until)
    {
        lock (_gate)
        {
            if (_waiting.Add(place))
            {
                _due.Enqueue(place, until);
            }
        }
    }

    /// <summary>Takes a place where something has expired.</summary>
    public VectorScope? TakeDue(long now)
    {
        lock (_gate)
        {
            if (!_due.TryPeek(out _, out var until) || until > now)
            {
                return null;
            }

            var place = _due.Dequeue();
            _waiting.Remove(place);
            return place;
        }
    }
}
