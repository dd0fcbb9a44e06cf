namespace Pipeline.Workers;

/// <summary>A handler did not return within its time.</summary>
internal sealed class HandlerTimeoutException(string worker, TimeSpan timeout)
    : Exception($"The handler of worker '{worker}' did not return within its HandlerTimeout of {timeout}.");
