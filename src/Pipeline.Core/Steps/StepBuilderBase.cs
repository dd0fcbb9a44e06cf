using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Backends;
using Polly;

namespace Pipeline.Steps;

/// <summary>What the builders of steps and of streaming steps have in common: what a step asks the runner to do around its calls.</summary>
/// <typeparam name="TIn">What goes into the step.</typeparam>
/// <typeparam name="TBuilder">The builder itself.</typeparam>
/// <remarks>
/// Used while services are registered, on one thread. Values are checked when the application starts. What is said here wins over the configuration.
/// </remarks>
public abstract partial class StepBuilderBase<TIn, TBuilder>
    where TBuilder : StepBuilderBase<TIn, TBuilder>
{
    private static readonly StepOptionsValidator Validator = new();

    private readonly List<Action<StepOptions>> _options = [];
    private readonly List<Func<TIn, string?>> _checks = [];

    private protected StepBuilderBase(string name)
    {
        StoredName.ThrowIfInvalid(name);
        Name = name;
    }

    /// <summary>The step's name.</summary>
    public string Name { get; }

    private protected ResiliencePipeline? OwnPipeline { get; private set; }

    private protected Func<Exception, bool>? RetryWhen { get; private set; }

    private protected string? StepVersion { get; private set; }

    private protected Func<TIn, string?>? ModelSelector { get; private set; }

    private protected Func<TIn, string?>[] Checks => [.. _checks];

    /// <summary>
    /// Bounds how long a call may take. When the time runs out, the caller gets a <see cref="StepTimeoutException"/>, whether the step stops or not.
    /// </summary>
    /// <param name="total">The bound of the whole call, with waits and retries; <see langword="null"/> leaves it as it is.</param>
    /// <param name="attempt">The bound of each attempt; <see langword="null"/> leaves it as it is.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// See <see cref="StepOptions.TotalTimeout"/> and <see cref="StepOptions.AttemptTimeout"/>. A step under a time-out runs on the thread pool, so that
    /// even one that blocks its thread holds nobody; that costs some microseconds a call.
    /// </remarks>
    public TBuilder Timeout(TimeSpan? total = null, TimeSpan? attempt = null) => Set(options =>
    {
        options.TotalTimeout = total ?? options.TotalTimeout;
        options.AttemptTimeout = attempt ?? options.AttemptTimeout;
    });

    /// <summary>Bounds how long a call may take that a certain model answers, in place of the total time-out.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="total">The bound of the whole call.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="model"/> is no valid name.</exception>
    public TBuilder ModelTimeout(string model, TimeSpan total)
    {
        StoredName.ThrowIfInvalid(model);
        return Set(options => options.ModelTimeouts[model] = total);
    }

    /// <summary>Repeats failed attempts.</summary>
    /// <param name="maxRetryAttempts">How often, 1 to 100.</param>
    /// <param name="delay">The first delay; <see langword="null"/> leaves it as it is.</param>
    /// <param name="maxDelay">The longest delay; <see langword="null"/> leaves it as it is.</param>
    /// <param name="useJitter">Whether delays are spread at random; <see langword="null"/> leaves it as it is.</param>
    /// <param name="when">
    /// Which failures are worth a repetition; <see langword="null"/> for all but those that never are (<see cref="StepRetryOptions"/>).
    /// </param>
    /// <returns>The builder.</returns>
    public TBuilder Retry(
        int maxRetryAttempts, TimeSpan? delay = null, TimeSpan? maxDelay = null, bool? useJitter = null, Func<Exception, bool>? when = null)
    {
        RetryWhen = when;
        return Set(options =>
        {
            var retry = options.Retry ??= new StepRetryOptions();
            retry.MaxRetryAttempts = maxRetryAttempts;
            retry.Delay = delay ?? retry.Delay;
            retry.MaxDelay = maxDelay ?? retry.MaxDelay;
            retry.UseJitter = useJitter ?? retry.UseJitter;
        });
    }

    /// <summary>Leaves a step that keeps failing alone for a while.</summary>
    /// <param name="failureRatio">The share of failures that opens the circuit; <see langword="null"/> leaves it as it is.</param>
    /// <param name="minimumThroughput">How many attempts it takes to judge; <see langword="null"/> leaves it as it is.</param>
    /// <param name="samplingDuration">The time over which attempts are counted; <see langword="null"/> leaves it as it is.</param>
    /// <param name="breakDuration">How long the circuit stays open; <see langword="null"/> leaves it as it is.</param>
    /// <returns>The builder.</returns>
    public TBuilder CircuitBreaker(
        double? failureRatio = null, int? minimumThroughput = null, TimeSpan? samplingDuration = null, TimeSpan? breakDuration = null) =>
        Set(options =>
        {
            var breaker = options.CircuitBreaker ??= new StepCircuitBreakerOptions();
            breaker.FailureRatio = failureRatio ?? breaker.FailureRatio;
            breaker.MinimumThroughput = minimumThroughput ?? breaker.MinimumThroughput;
            breaker.SamplingDuration = samplingDuration ?? breaker.SamplingDuration;
            breaker.BreakDuration = breakDuration ?? breaker.BreakDuration;
        });

    /// <summary>Bounds how many calls run at the same time in this process.</summary>
    /// <param name="maxConcurrency">How many run.</param>
    /// <param name="maxQueued">How many more wait; <see langword="null"/> leaves it as it is.</param>
    /// <returns>The builder.</returns>
    public TBuilder Concurrency(int maxConcurrency, int? maxQueued = null) => Set(options =>
    {
        options.MaxConcurrency = maxConcurrency;
        options.MaxQueued = maxQueued ?? options.MaxQueued;
    });

    /// <summary>
    /// Puts a Polly pipeline of one's own around the step, in place of time-outs, retries, circuit breaker and concurrency, also of those that the
    /// configuration asks for.
    /// </summary>
    /// <param name="pipeline">The pipeline. Around a streaming step it holds for the way to the first item.</param>
    /// <returns>The builder.</returns>
    public TBuilder Resilience(ResiliencePipeline pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        OwnPipeline = pipeline;
        return (TBuilder)this;
    }

    /// <summary>Refuses invalid input before it costs anything: the caller gets a <see cref="StepRejectedException"/>.</summary>
    /// <param name="check">
    /// Says what is wrong with the input and how to mend it, without repeating the input; <see langword="null"/> where nothing is. Several checks
    /// run in the order in which they were added.
    /// </param>
    /// <returns>The builder.</returns>
    public TBuilder Validate(Func<TIn, string?> check)
    {
        ArgumentNullException.ThrowIfNull(check);
        _checks.Add(check);
        return (TBuilder)this;
    }

    /// <summary>Names the version of the step's behaviour. A new version shares no cached answer with an old one.</summary>
    /// <param name="version">The version, 1 to 512 bytes of UTF-8.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="version"/> is no valid name.</exception>
    public TBuilder Version(string version)
    {
        StoredName.ThrowIfInvalid(version);
        StepVersion = version;
        return (TBuilder)this;
    }

    /// <summary>Says which model a call will ask, for its time-out, its cache key and its metering.</summary>
    /// <param name="selector">Finds the model's name in the input; <see langword="null"/> where the input names none.</param>
    /// <returns>The builder.</returns>
    public TBuilder Model(Func<TIn, string?> selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        ModelSelector = selector;
        return (TBuilder)this;
    }

    /// <summary>Lays what the code says over what the configuration says.</summary>
    internal void Configure(StepOptions options) => _options.ForEach(configure => configure(options));

    /// <exception cref="InvalidOperationException">The code asks for a pipeline of its own and for parts of ours.</exception>
    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    private protected StepResilience ResilienceOf(StepOptions options, RunEnvironment environment)
    {
        if (OwnPipeline is not null && _options.Count > 0)
        {
            throw new InvalidOperationException(
                $"Step '{Name}' has a resilience pipeline of its own, and asks for Timeout, Retry, CircuitBreaker or Concurrency as well. "
                + "Put these into the pipeline, or leave it out.");
        }

        Validator.ThrowIfInvalid(Name, options);
        var copy = options with { ModelTimeouts = new Dictionary<string, TimeSpan>(options.ModelTimeouts, StringComparer.Ordinal) };
        return new StepResilience(Name, copy, RetryWhen, environment);
    }

    private TBuilder Set(Action<StepOptions> configure)
    {
        _options.Add(configure);
        return (TBuilder)this;
    }
}
