namespace Pipeline;

/// <summary>Counts what a piece of code allocates on this thread.</summary>
internal static class Allocations
{
    private const int Rounds = 3;

    /// <summary>
    /// The least of several rounds: now and then the runtime takes a few kilobytes for its own sake, when two threads first meet at a lock for instance. What the
    /// code itself allocates, it allocates each time.
    /// </summary>
    public static long LeastOf(Action action) => Enumerable.Range(0, Rounds).Min(_ => Of(action));

    /// <summary>One round.</summary>
    public static long Of(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
