namespace Pipeline.State;

/// <summary>What is to be written to an entry that was read, if anything, and what the caller is told once it is done.</summary>
/// <param name="Answer">What the caller is told.</param>
/// <param name="Value">The new value; <see langword="null"/> where there is nothing to be done.</param>
/// <param name="TimeToLive">Its time to live.</param>
/// <param name="Before">What has to be done before the write, or <see langword="null"/>.</param>
internal readonly record struct StateChangePlan<TAnswer>(
    TAnswer Answer, byte[]? Value = null, TimeSpan TimeToLive = default, Func<CancellationToken, ValueTask>? Before = null);
