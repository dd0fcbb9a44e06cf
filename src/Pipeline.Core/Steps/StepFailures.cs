using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Pipeline.Steps;

/// <summary>Gives what the resilience parts throw the names that callers know.</summary>
internal static class StepFailures
{
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
