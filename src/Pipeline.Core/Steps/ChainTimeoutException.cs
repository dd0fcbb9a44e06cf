using System.Globalization;

namespace Pipeline.Steps;

/// <summary>A chain did not get through an item within its time-out. The step was told to stop, and the item failed, whether the step stops or not.</summary>
public sealed class ChainTimeoutException : TimeoutException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="chain">The chain's name.</param>
    /// <param name="step">The step that ran when the time ran out.</param>
    /// <param name="timeout">The chain's time-out.</param>
    public ChainTimeoutException(string chain, string step, TimeSpan timeout)
        : base(string.Create(
            CultureInfo.InvariantCulture,
            $"Chain '{chain}' did not end within {timeout.TotalSeconds} s; its step '{step}' was running. Make the step faster, or raise the chain's Timeout."))
    {
        ArgumentException.ThrowIfNullOrEmpty(chain);
        ArgumentException.ThrowIfNullOrEmpty(step);
        Chain = chain;
        Step = step;
        Timeout = timeout;
    }

    /// <summary>The chain's name.</summary>
    public string Chain { get; }

    /// <summary>The step that ran when the time ran out.</summary>
    public string Step { get; }

    /// <summary>The chain's time-out.</summary>
    public TimeSpan Timeout { get; }
}
