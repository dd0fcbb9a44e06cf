namespace Pipeline.Conformance.State.Linearizability;

/// <summary>
/// Judges whether a concurrent history could have been made by calls that took place one after another, each at some moment between its beginning and its end
/// (Herlihy, Wing, "Linearizability", TOPLAS 1990), by the search of Wing and Gong ("Testing and verifying concurrent objects", JPDC 1993) with the memory of
/// Lowe ("Testing for linearizability", CCPE 2017).
/// </summary>
internal static class LinearizabilityChecker
{
    /// <summary>So many calls fit the set of those that took place.</summary>
    public const int MaxCalls = 64;

    /// <summary>Looks for an order.</summary>
    /// <param name="history">The calls, at most <see cref="MaxCalls"/>.</param>
    /// <param name="initial">The state before. States are compared by value.</param>
    /// <param name="next">The state after a call, or <see langword="null"/> where the state cannot have given the answer.</param>
    /// <returns>Whether there is an order.</returns>
    public static bool IsLinearizable<TState, TOperation>(
        IReadOnlyList<HistoryCall<TOperation>> history, TState initial, Func<TState, TOperation, TState?> next)
        where TState : class
    {
        if (history.Count > MaxCalls)
        {
            throw new ArgumentException($"The history has {history.Count} calls. Give at most {MaxCalls}.", nameof(history));
        }

        var answered = 0UL;
        for (var i = 0; i < history.Count; i++)
        {
            answered |= history[i].IsAnswered ? 1UL << i : 0;
        }

        var seen = new HashSet<(ulong Done, TState State)>();
        var open = new Stack<(ulong Done, TState State)>();
        open.Push((0, initial));
        while (open.TryPop(out var at))
        {
            if ((at.Done & answered) == answered)
            {
                return true;
            }

            if (!seen.Add(at))
            {
                continue;
            }

            // Of what has not taken place, a call can be next that began before any other ended.
            var firstEnd = long.MaxValue;
            for (var i = 0; i < history.Count; i++)
            {
                firstEnd = (at.Done & (1UL << i)) == 0 ? Math.Min(firstEnd, history[i].Ended) : firstEnd;
            }

            for (var i = 0; i < history.Count; i++)
            {
                if ((at.Done & (1UL << i)) == 0 && history[i].Begun < firstEnd && next(at.State, history[i].Operation) is { } after)
                {
                    open.Push((at.Done | (1UL << i), after));
                }
            }
        }

        return false;
    }
}
