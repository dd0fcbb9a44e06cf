using System.Diagnostics;

namespace Pipeline.TestSupport;

/// <summary>Waits for what a server tells only when it is asked.</summary>
public static class Waiting
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks again and again until the answer is yes.</summary>
    /// <param name="condition">The question.</param>
    /// <param name="what">What is waited for, in words that follow "waited for".</param>
    /// <exception cref="TimeoutException">Three minutes have gone by.</exception>
    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var waited = Stopwatch.StartNew();
        while (!await condition())
        {
            if (waited.Elapsed > Patience)
                throw new TimeoutException($"Waited three minutes for {what}.");
            await Task.Delay(Pause);
        }
    }
}
