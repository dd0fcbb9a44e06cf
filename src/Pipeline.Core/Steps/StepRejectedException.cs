namespace Pipeline.Steps;

/// <summary>The runner refused a call without running its step. A rate limit's refusal is an exception of its own.</summary>
public sealed class StepRejectedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="step">The step's name.</param>
    /// <param name="reason">Why the call was refused.</param>
    /// <param name="problem">What is wrong and the mend, in a sentence or two. It must hold no payload and no secret.</param>
    /// <param name="innerException">The cause, or <see langword="null"/>.</param>
    public StepRejectedException(string step, StepRejectionReason reason, string problem, Exception? innerException = null)
        : base($"Step '{step}' refused the call: {problem}", innerException)
    {
        ArgumentException.ThrowIfNullOrEmpty(step);
        Step = step;
        Reason = reason;
    }

    /// <summary>The step's name.</summary>
    public string Step { get; }

    /// <summary>Why the call was refused.</summary>
    public StepRejectionReason Reason { get; }

    /// <summary>When the call is worth repeating, counted from now; <see langword="null"/> where that is not known.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
