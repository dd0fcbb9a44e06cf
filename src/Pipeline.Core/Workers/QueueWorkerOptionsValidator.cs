using Microsoft.Extensions.Options;
using Pipeline.Backends;
using Pipeline.Queues;

namespace Pipeline.Workers;

/// <summary>Says which setting of a <see cref="QueueWorkerOptions"/> is out of range, and the mend.</summary>
internal sealed class QueueWorkerOptionsValidator : IValidateOptions<QueueWorkerOptions>
{
    private const int MaxMessagesHeld = 1_000;

    public ValidateOptionsResult Validate(string? name, QueueWorkerOptions options)
    {
        var problems = new OptionProblems($"Worker '{name}'");
        problems.Range(options.Concurrency, 1, MaxMessagesHeld, nameof(options.Concurrency));
        problems.Range(options.Prefetch, 0, MaxMessagesHeld, nameof(options.Prefetch));
        problems.Range(options.Lease, TimeSpan.FromSeconds(1), QueueLimits.MaxLease, nameof(options.Lease));
        var handlerTimeout = options.HandlerTimeout ?? QueueWorkerOptions.GreatestHandlerTimeout;
        problems.Range(handlerTimeout, TimeSpan.FromMilliseconds(1), QueueWorkerOptions.GreatestHandlerTimeout, nameof(options.HandlerTimeout));
        problems.Range(options.MaxRateLimitWait, TimeSpan.Zero, QueueLimits.MaxLease, nameof(options.MaxRateLimitWait));
        problems.Range(options.RetryDelay, TimeSpan.Zero, QueueLimits.MaxDelay, nameof(options.RetryDelay));
        problems.Range(options.MaxRetryDelay, TimeSpan.Zero, QueueLimits.MaxDelay, nameof(options.MaxRetryDelay));
        problems.Require(
            options.RetryDelay <= options.MaxRetryDelay,
            $"RetryDelay is {options.RetryDelay}, longer than MaxRetryDelay, {options.MaxRetryDelay}. Lower the one or raise the other.");
        for (var i = 0; i < options.RetrySchedule.Count; i++)
        {
            problems.Range(options.RetrySchedule[i], TimeSpan.Zero, QueueLimits.MaxDelay, $"{nameof(options.RetrySchedule)}:{i}");
        }

        problems.Range(options.DrainTimeout, TimeSpan.Zero, TimeSpan.FromHours(1), nameof(options.DrainTimeout));
        return problems.ToResult();
    }
}
