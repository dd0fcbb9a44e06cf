using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Pipeline.Queues;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Pipeline.Steps;

/// <summary>What failures mean: which a retry cannot help, and by which names callers know what the resilience parts throw.</summary>
internal static class StepFailures
{
    /// <summary>Whether the same input would fail the same way again.</summary>
    public static bool IsPermanent(Exception error) =>
        error is UnprocessableMessageException or StepRejectedException { Reason: StepRejectionReason.InvalidInput };

    [DoesNotReturn]
    public static void Throw(Exception error, string step)
    {
        switch (error)
        {
            case TimeoutRejectedException timeout:
                throw new StepTimeoutException(step, timeout.Timeout, timeout);
            case BrokenCircuitException broken:
                throw new StepRejectedException(
                    step, StepRejectionReason.CircuitOpen, "it failed too often of late, and its circuit is open. Call again later.", broken)
                {
                    RetryAfter = broken.RetryAfter,
                };
            default:
                ExceptionDispatchInfo.Throw(error);
                break;
        }
    }
}
