using System.Globalization;

namespace Pipeline.Steps;

/// <summary>A step did not answer within its time-out. It was told to stop, and the caller waits no longer, whether it does or not.</summary>
public sealed class StepTimeoutException : TimeoutException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="step">The step's name.</param>
    /// <param name="timeout">The time-out that ran out.</param>
    /// <param name="innerException">The cause, or <see langword="null"/>.</param>
    public StepTimeoutException(string step, TimeSpan timeout, Exception? innerException = null)
        : base(
            string.Create(
                CultureInfo.InvariantCulture, $"Step '{step}' did not answer within {timeout.TotalSeconds} s. Make it faster, or raise its time-out."),
            innerException)
    {
        ArgumentException.ThrowIfNullOrEmpty(step);
        Step = step;
        Timeout = timeout;
    }

    /// <summary>The step's name.</summary>
    public string Step { get; }

    /// <summary>The time-out that ran out: that of one attempt, of the whole call, or of the call's model.</summary>
    public TimeSpan Timeout { get; }
}
