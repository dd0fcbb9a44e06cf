using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Authentication;

/// <summary>
/// Remembers at most so many values: the most recently used ones. Two generations, of which the older one is forgotten whole when the younger is full; what is asked for
/// moves into the younger. Thread safe.
/// </summary>
internal sealed class BoundedMap<TKey, TValue>(int capacity)
    where TKey : notnull
    where TValue : class
{
    private readonly int _half = Math.Max(1, capacity / 2);
    private readonly Lock _turning = new();
    private Generations _generations = new(new(), new());

    public bool TryGet(TKey key, [NotNullWhen(true)] out TValue? value)
    {
        var generations = Volatile.Read(ref _generations);
        if (generations.Young.TryGetValue(key, out value))
        {
            return true;
        }

        if (!generations.Old.TryGetValue(key, out value))
        {
            return false;
        }

        Set(key, value);
        return true;
    }

    public void Set(TKey key, TValue value)
    {
        // First into the one, then out of the other: so that a value can be found all the while.
        var generations = Volatile.Read(ref _generations);
        generations.Young[key] = value;
        generations.Old.TryRemove(key, out _);

        // Counting takes all of the map's locks; it is done only where a value is new, which is where the work is anyway.
        if (generations.Young.Count > _half)
        {
            Turn(generations);
        }
    }

    /// <summary>Calls for each value.</summary>
    public void ForEach(Action<TValue> action)
    {
        var generations = Volatile.Read(ref _generations);
        foreach (var (_, value) in generations.Old)
        {
            action(value);
        }

        foreach (var (_, value) in generations.Young)
        {
            action(value);
        }
    }

    private void Turn(Generations full)
    {
        lock (_turning)
        {
            if (ReferenceEquals(_generations, full))
            {
                Volatile.Write(ref _generations, new Generations(new(), full.Young));
            }
        }
    }

    private sealed record Generations(ConcurrentDictionary<TKey, TValue> Young, ConcurrentDictionary<TKey, TValue> Old);
}
