namespace Pipeline.Conformance;

/// <summary>Runs callers at the same time.</summary>
internal static class SideBySide
{
    /// <summary>Runs so many callers, each on a thread of its own, and waits for all.</summary>
    /// <remarks>
    /// Calls that complete at once would keep the few threads of the pool to themselves, and would run one after another.
    /// </remarks>
    public static async Task RunAsync(int callers, Func<int, Task> work) => await Task.WhenAll(Enumerable.Range(0, callers).Select(
        number => Task.Factory.StartNew(() => work(number), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
}
