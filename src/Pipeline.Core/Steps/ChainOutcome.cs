using System.Diagnostics.CodeAnalysis;
using Pipeline.Queues;
using Pipeline.RateLimiting;

namespace Pipeline.Steps;

/// <summary>What became of one item in a chain.</summary>
/// <typeparam name="T">The chain's item.</typeparam>
/// <remarks>Immutable.</remarks>
public sealed class ChainOutcome<T>
{
    internal ChainOutcome(ChainStatus status, T item, TimeSpan duration)
    {
        Status = status;
        Item = item;
        Duration = duration;
    }

    /// <summary>How the run ended.</summary>
    public ChainStatus Status { get; }

    /// <summary>Whether the run failed; then <see cref="Error"/>, <see cref="FailedStep"/> and <see cref="ResumeStep"/> are set.</summary>
    [MemberNotNullWhen(true, nameof(Error), nameof(FailedStep), nameof(ResumeStep))]
    public bool IsFailed => Status == ChainStatus.Failed;

    /// <summary>
    /// The item: as the last step returned it (<see cref="ChainStatus.Completed"/>), as the step that halted got it, as it was given
    /// (<see cref="ChainStatus.Disabled"/>), or as it has to be resumed with at <see cref="ResumeStep"/> (<see cref="ChainStatus.Failed"/>).
    /// </summary>
    public T Item { get; }

    /// <summary>How long the run took.</summary>
    public TimeSpan Duration { get; }

    /// <summary>Why a step halted the chain, or <see langword="null"/>.</summary>
    public string? HaltReason { get; internal init; }

    /// <summary>Why the run failed, as it was thrown; or <see langword="null"/>.</summary>
    public Exception? Error { get; internal init; }

    /// <summary>The step that failed, or <see langword="null"/>.</summary>
    public string? FailedStep { get; internal init; }

    /// <summary>
    /// The step to resume a failed item at: the one that failed, or the first before it whose follow-ups would otherwise be lost.
    /// </summary>
    public string? ResumeStep { get; internal init; }

    /// <summary>
    /// Whether a failed item may be tried again: not after an <see cref="UnprocessableMessageException"/>, nor when a step refused its input as invalid.
    /// </summary>
    public bool CanRetry => Error is { } error && !StepFailures.IsPermanent(error);

    /// <summary>The refusal if it was a rate limit that stopped the item: it can be deferred instead of failed. Otherwise <see langword="null"/>.</summary>
    public RateLimitRejectedException? RateLimitRejection => Error as RateLimitRejectedException;

    /// <summary>The messages to add in the act that completes the item; empty where it failed.</summary>
    public IReadOnlyList<QueueFollowUp> FollowUps { get; internal init; } = [];
}
