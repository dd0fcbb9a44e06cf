namespace Pipeline.Caching;

/// <summary>Helps with work that nobody waits for.</summary>
internal static class Background
{
    /// <summary>Sees to it that an exception of a task does not come up as unobserved.</summary>
    public static void Observe(Task task)
    {
        if (task.IsCompletedSuccessfully)
        {
            return;
        }

        _ = task.ContinueWith(
            static ended => _ = ended.Exception,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.OnlyOnFaulted,
            TaskScheduler.Default);
    }
}
