using System.Threading.RateLimiting;
using Microsoft.Extensions.Logging;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Pipeline.Steps;

/// <summary>Makes the parts that protect a step's calls out of its options.</summary>
internal sealed class StepResilience(string step, StepOptions options, Func<Exception, bool>? retryWhen, RunEnvironment environment)
{
    /// <summary>Carries the call's context through Polly.</summary>
    public static readonly ResiliencePropertyKey<StepContext> ContextKey = new("pipeline.step-context");

    private readonly ILogger _logger = environment.LoggerFactory.CreateLogger("Pipeline.Steps");

    public bool HasTotalTimeout => options.TotalTimeout is not null || options.ModelTimeouts.Count > 0;

    public bool IsEmpty => !HasTotalTimeout && !HasAttemptParts && options.MaxConcurrency is null;

    public bool HasTimeout => HasTotalTimeout || options.AttemptTimeout is not null;

    private bool HasAttemptParts => options.Retry is not null || options.CircuitBreaker is not null || options.AttemptTimeout is not null;

    /// <summary>The whole call: total time-out, concurrency, and what <see cref="BuildAttempts"/> makes.</summary>
    public ResiliencePipeline BuildCall()
    {
        var builder = NewBuilder();
        if (HasTotalTimeout)
        {
            builder.AddTimeout(new TimeoutStrategyOptions { TimeoutGenerator = args => new(TotalTimeoutOf(Context(args.Context))) });
        }

        if (CreateLimiter() is { } limiter)
        {
            builder.AddStrategy(_ => new ConcurrencyStrategy(limiter, step));
        }

        return AddAttemptParts(builder).Build();
    }

    /// <summary>The attempts alone: retry, circuit breaker and attempt time-out.</summary>
    public ResiliencePipeline BuildAttempts() => AddAttemptParts(NewBuilder()).Build();

    public ConcurrencyLimiter? CreateLimiter() => options.MaxConcurrency is not { } limit
        ? null
        : new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = limit,
            QueueLimit = options.MaxQueued,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });

    /// <summary>The time-out of a whole call, or <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    public TimeSpan TotalTimeoutOf(StepContext context) =>
        context.Model is { } model && options.ModelTimeouts.TryGetValue(model, out var timeout)
            ? timeout
            : options.TotalTimeout ?? Timeout.InfiniteTimeSpan;

    private static StepContext Context(ResilienceContext context) => context.Properties.GetValue(ContextKey, null!);

    /// <summary>Whether an attempt that ended so tells something of the step's health.</summary>
    private static bool IsFailure(Exception? error, ResilienceContext context) => error switch
    {
        null or RateLimitRejectedException or UnprocessableMessageException or StepRejectedException or BrokenCircuitException => false,
        OperationCanceledException => !Context(context).CallerToken.IsCancellationRequested,
        _ => true,
    };

    private ResiliencePipelineBuilder NewBuilder() => new() { Name = step, TimeProvider = environment.Time };

    private ResiliencePipelineBuilder AddAttemptParts(ResiliencePipelineBuilder builder)
    {
        if (options.Retry is { } retry)
        {
            builder.AddRetry(RetryOptions(retry));
        }

        if (options.CircuitBreaker is { } breaker)
        {
            builder.AddCircuitBreaker(BreakerOptions(breaker));
        }

        if (options.AttemptTimeout is { } timeout)
        {
            builder.AddTimeout(timeout);
        }

        return builder;
    }

    private RetryStrategyOptions RetryOptions(StepRetryOptions retry) => new()
    {
        MaxRetryAttempts = retry.MaxRetryAttempts,
        BackoffType = DelayBackoffType.Exponential,
        Delay = retry.Delay,
        MaxDelay = retry.MaxDelay,
        UseJitter = retry.UseJitter,
        ShouldHandle = args => new(
            args.Outcome.Exception is { } error
            && !args.Context.CancellationToken.IsCancellationRequested
            && IsFailure(error, args.Context)
            && (retryWhen is null || retryWhen(error))),
        OnRetry = args =>
        {
            Log.StepRetries(_logger, step, args.AttemptNumber + 1, args.Outcome.Exception!.GetType().Name, args.RetryDelay);
            return default;
        },
    };

    private CircuitBreakerStrategyOptions BreakerOptions(StepCircuitBreakerOptions breaker) => new()
    {
        FailureRatio = breaker.FailureRatio,
        MinimumThroughput = breaker.MinimumThroughput,
        SamplingDuration = breaker.SamplingDuration,
        BreakDuration = breaker.BreakDuration,
        ShouldHandle = args => new(IsFailure(args.Outcome.Exception, args.Context)),
        OnOpened = args =>
        {
            Log.StepCircuitOpened(_logger, step, args.BreakDuration);
            return default;
        },
        OnClosed = _ =>
        {
            Log.StepCircuitClosed(_logger, step);
            return default;
        },
    };
}
