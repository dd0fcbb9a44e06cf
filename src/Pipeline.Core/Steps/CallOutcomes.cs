using Pipeline.RateLimiting;
using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <summary>Sorts what a call ended with into the outcomes that are metered.</summary>
internal static class CallOutcomes
{
    public static CallOutcome Of(Exception error, bool isCanceled) => error switch
    {
        _ when isCanceled => CallOutcome.Canceled,
        TimeoutException => CallOutcome.TimedOut,
        RateLimitRejectedException => CallOutcome.RateLimited,
        StepRejectedException => CallOutcome.Rejected,
        _ => CallOutcome.Failed,
    };

    public static string ToTag(this CallOutcome outcome) => outcome switch
    {
        CallOutcome.Succeeded => "succeeded",
        CallOutcome.TimedOut => "timed_out",
        CallOutcome.Canceled => "canceled",
        CallOutcome.RateLimited => "rate_limited",
        CallOutcome.Rejected => "rejected",
        _ => "failed",
    };
}
