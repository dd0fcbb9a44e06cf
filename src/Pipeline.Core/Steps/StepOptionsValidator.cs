using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Steps;

/// <summary>Says which setting of a <see cref="StepOptions"/> is out of range, and the mend.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class StepOptionsValidator : IValidateOptions<StepOptions>
{
    private const int GreatestRetries = 100;
    private const double LeastFailureRatio = 0.000_001;

    private static readonly TimeSpan LeastTimeout = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan GreatestTimeout = TimeSpan.FromHours(24);
    private static readonly TimeSpan GreatestDelay = TimeSpan.FromHours(1);
    private static readonly TimeSpan LeastBreakerTime = TimeSpan.FromMilliseconds(500);

    /// <summary>Checks the options of one step.</summary>
    /// <param name="name">The step's name.</param>
    /// <param name="options">The options.</param>
    /// <returns>Success, or every problem that was found.</returns>
    public ValidateOptionsResult Validate(string? name, StepOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new OptionProblems($"Step '{name}'");
        CheckTimeout(problems, options.TotalTimeout, nameof(options.TotalTimeout));
        CheckTimeout(problems, options.AttemptTimeout, nameof(options.AttemptTimeout));
        problems.Require(
            options.AttemptTimeout is not { } attempt || options.TotalTimeout is not { } total || attempt <= total,
            $"AttemptTimeout is {options.AttemptTimeout}, which is longer than TotalTimeout, {options.TotalTimeout}. Shorten the one, or raise the other.");
        problems.Require(options.ModelTimeouts is not null, "ModelTimeouts is null. Give a dictionary, if only an empty one.");
        foreach (var (model, timeout) in options.ModelTimeouts ?? new Dictionary<string, TimeSpan>(StringComparer.Ordinal))
        {
            problems.Name(model, nameof(options.ModelTimeouts));
            CheckTimeout(problems, timeout, $"{nameof(options.ModelTimeouts)}:{model}");
        }

        if (options.Retry is { } retry)
        {
            CheckRetry(problems, retry);
        }

        if (options.CircuitBreaker is { } breaker)
        {
            CheckBreaker(problems, breaker);
        }

        problems.Range(options.MaxConcurrency ?? 1, 1, StepOptions.GreatestMaxConcurrency, nameof(options.MaxConcurrency), "calls");
        problems.Range(options.MaxQueued, 0, StepOptions.GreatestMaxQueued, nameof(options.MaxQueued), "calls");
        return problems.ToResult();
    }

    internal static void CheckTimeout(OptionProblems problems, TimeSpan? timeout, string setting) =>
        problems.Range(timeout ?? LeastTimeout, LeastTimeout, GreatestTimeout, setting);

    private static void CheckRetry(OptionProblems problems, StepRetryOptions retry)
    {
        problems.Range(retry.MaxRetryAttempts, 1, GreatestRetries, "Retry:MaxRetryAttempts");
        problems.Range(retry.Delay, TimeSpan.Zero, GreatestDelay, "Retry:Delay");
        problems.Range(retry.MaxDelay, TimeSpan.Zero, GreatestDelay, "Retry:MaxDelay");
        problems.Require(
            retry.Delay <= retry.MaxDelay,
            $"Retry:Delay is {retry.Delay}, which is longer than Retry:MaxDelay, {retry.MaxDelay}. Shorten the one, or raise the other.");
    }

    private static void CheckBreaker(OptionProblems problems, StepCircuitBreakerOptions breaker)
    {
        problems.Range(breaker.FailureRatio, LeastFailureRatio, 1, "CircuitBreaker:FailureRatio");
        problems.Range(breaker.MinimumThroughput, 2, int.MaxValue, "CircuitBreaker:MinimumThroughput", "attempts");
        problems.Range(breaker.SamplingDuration, LeastBreakerTime, GreatestTimeout, "CircuitBreaker:SamplingDuration");
        problems.Range(breaker.BreakDuration, LeastBreakerTime, GreatestTimeout, "CircuitBreaker:BreakDuration");
    }
}
