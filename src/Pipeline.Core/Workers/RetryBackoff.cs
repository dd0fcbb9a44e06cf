namespace Pipeline.Workers;

/// <summary>
/// How long a message waits after its n-th failure: a schedule, or a delay that doubles up to a bound, half of it random ("equal jitter",
/// Marc Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015).
/// </summary>
internal sealed class RetryBackoff(QueueWorkerOptions options, Random random)
{
    // Doubling more often than this overflows nothing and is beyond any bound anyhow.
    private const int MaxDoublings = 40;

    public TimeSpan DelayAfter(int failures)
    {
        if (options.RetrySchedule.Count > 0)
        {
            return options.RetrySchedule[Math.Min(failures, options.RetrySchedule.Count) - 1];
        }

        var doubled = options.RetryDelay.Ticks * Math.Pow(2, Math.Min(failures - 1, MaxDoublings));
        var half = Math.Min(doubled, options.MaxRetryDelay.Ticks) / 2;
        return new TimeSpan((long)(half + (half * random.NextDouble())));
    }
}
