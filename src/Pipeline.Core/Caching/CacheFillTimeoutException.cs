using System.Globalization;

namespace Pipeline.Caching;

/// <summary>A missing value was not made within its time, and there was no stale one to stand in.</summary>
/// <remarks>What makes the value was told to stop. If it finishes all the same, its value is still stored, unless it has been overtaken.</remarks>
public sealed class CacheFillTimeoutException : TimeoutException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="timeout">The time that ran out.</param>
    public CacheFillTimeoutException(TimeSpan timeout)
        : base(string.Create(
            CultureInfo.InvariantCulture,
            $"The value was not made within {timeout.TotalSeconds} s, the entry's HardTimeout. Make it faster, or raise the time-out.")) =>
        Timeout = timeout;

    /// <summary>The time that ran out: <see cref="CacheEntryPreset.HardTimeout"/>.</summary>
    public TimeSpan Timeout { get; }
}
