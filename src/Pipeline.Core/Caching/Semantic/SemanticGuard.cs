using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;

namespace Pipeline.Caching;

/// <summary>Leaves what stands behind the semantic cache alone for a while where most look-ups fail, so that calls do not wait for it in vain. Thread safe.</summary>
internal sealed class SemanticGuard
{
    private const int LeastLookups = 10;
    private const double FailureRatio = 0.5;

    private static readonly TimeSpan Sampling = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Break = TimeSpan.FromSeconds(5);

    private readonly ResiliencePipeline _breaker;

    public SemanticGuard(TimeProvider time, ILogger logger)
    {
        Time = time;
        Logger = logger;
        _breaker = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = FailureRatio,
                MinimumThroughput = LeastLookups,
                SamplingDuration = Sampling,
                BreakDuration = Break,
                OnOpened = opened =>
                {
                    Log.SemanticCacheLeftAlone(logger, opened.BreakDuration, opened.Outcome.Exception);
                    return default;
                },
                OnClosed = _ =>
                {
                    Log.SemanticCacheWorksAgain(logger);
                    return default;
                },
            })
            .Build();
    }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    public ValueTask<T> RunAsync<T>(Func<CancellationToken, ValueTask<T>> lookUp, CancellationToken cancellationToken) =>
        _breaker.ExecuteAsync(static (work, token) => work(token), lookUp, cancellationToken);

    public SemanticOutcome OutcomeOf(Exception exception, string step)
    {
        if (exception is BrokenCircuitException)
        {
            return SemanticOutcome.LeftAlone;
        }

        Log.SemanticLookupFailed(Logger, step, exception);
        return exception is TimeoutException ? SemanticOutcome.Late : SemanticOutcome.Failed;
    }
}
