using Pipeline.Backends;
using Pipeline.Learning;
using Pipeline.RateLimiting;
using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <summary>What a step knows of the call that it makes, and where it and the runner's stages leave what they found out.</summary>
/// <remarks>
/// Valid until the call ends: the instance is used again for other calls. Work that outlives its call has to <see cref="Retain"/> it.
/// <see cref="ReportUsage"/> and <see cref="AddRateLimit"/> are thread safe; the rest belongs to whoever runs at the moment.
/// </remarks>
public sealed class StepContext
{
    private readonly Lock _gate = new();
    private TokenUsage _usage;
    private List<RateLimitDecision>? _rateLimits;
    private volatile bool _isRetained;
    private volatile bool _hasReports;
    private volatile bool _hasUsage;

    /// <summary>Makes a context. For tests of steps and stages; the runner makes its own.</summary>
    /// <param name="stepName">The step's name, 1 to 512 bytes of UTF-8.</param>
    /// <param name="call">The call, or <see langword="null"/> for the current one.</param>
    /// <exception cref="ArgumentException"><paramref name="stepName"/> is no valid name.</exception>
    public StepContext(string stepName, CallContext? call = null)
    {
        StoredName.ThrowIfInvalid(stepName);
        StepName = stepName;
        Call = call ?? CallContext.Current;
        Attempt = 1;
    }

    internal StepContext()
    {
        StepName = "";
        Call = CallContext.Default;
    }

    /// <summary>On whose behalf the call is made.</summary>
    public CallContext Call { get; private set; }

    /// <summary>The step's name.</summary>
    public string StepName { get; private set; }

    /// <summary>The step's version, part of its cache keys; <see langword="null"/> where it has none.</summary>
    public string? Version { get; private set; }

    /// <summary>
    /// The model that answers, 1 to 512 bytes of UTF-8, or <see langword="null"/>. Selected from the input before the call, which cache keys and time-outs
    /// take into account; a step that learns it later sets it for the metering.
    /// </summary>
    /// <exception cref="ArgumentException">The value is neither null nor a valid name.</exception>
    public string? Model
    {
        get;
        set
        {
            if (value is not null)
            {
                StoredName.ThrowIfInvalid(value, nameof(Model));
            }

            field = value;
        }
    }

    /// <summary>Which attempt at the call this is, from 1; 0 while none has begun, as when the cache answers.</summary>
    public int Attempt { get; internal set; }

    /// <summary>The tokens that the call has used so far, in all its attempts.</summary>
    public TokenUsage Usage
    {
        get
        {
            if (!_hasReports)
            {
                return default;
            }

            lock (_gate)
            {
                return _usage;
            }
        }
    }

    /// <summary>What the call costs, in the currency of the price table; <see langword="null"/> where that is not known. Set by a stage.</summary>
    public decimal? Cost { get; set; }

    /// <summary>What the call would have cost had the cache not answered. Set by a stage.</summary>
    public decimal CostAvoided { get; set; }

    /// <summary>The version of the price table behind <see cref="Cost"/>, or <see langword="null"/>. Set by a stage.</summary>
    public string? PriceTableVersion { get; set; }

    /// <summary>What the cache did for the call. Set by a stage.</summary>
    public CacheOutcome CacheOutcome { get; set; }

    /// <summary>What was learned in earlier runs and may help in this one; empty where the step recalls nothing. Set by a stage.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public IReadOnlyList<LearningMatch> Learnings { get; set => field = value ?? throw new ArgumentNullException(nameof(value)); } = [];

    /// <summary>The decisions of the rate limits that the call went through; empty where there are none.</summary>
    public IReadOnlyList<RateLimitDecision> RateLimits
    {
        get
        {
            if (!_hasReports)
            {
                return [];
            }

            lock (_gate)
            {
                return _rateLimits is null ? [] : [.. _rateLimits];
            }
        }
    }

    internal bool IsRetained => _isRetained;

    /// <summary>Whether the call's usage is known: it was reported, be it as zero.</summary>
    internal bool HasUsage => _hasUsage;

    /// <summary>The token that the caller gave, by which a call that was cancelled is told from one that timed out.</summary>
    internal CancellationToken CallerToken { get; private set; }

    /// <summary>What ties the call to a run of the step that the cache shares with other calls. Made once it is asked for, and kept.</summary>
    internal StepRunLink RunLink => field ??= new StepRunLink();

    /// <summary>Adds tokens that the call has used. May be called several times, also for attempts that fail.</summary>
    /// <param name="usage">The tokens.</param>
    /// <exception cref="OverflowException">A sum is above <see cref="long.MaxValue"/>.</exception>
    public void ReportUsage(in TokenUsage usage)
    {
        lock (_gate)
        {
            _usage += usage;
            _hasUsage = true;
            _hasReports = true;
        }
    }

    /// <summary>Adds the decision of a rate limit. Called by stages.</summary>
    /// <param name="decision">The decision.</param>
    public void AddRateLimit(in RateLimitDecision decision)
    {
        lock (_gate)
        {
            (_rateLimits ??= []).Add(decision);
            _hasReports = true;
        }
    }

    /// <summary>Keeps the context from being used again, for work that outlives the call and still looks at it.</summary>
    public void Retain() => _isRetained = true;

    internal void Begin(string stepName, string? version, CallContext call, CancellationToken callerToken)
    {
        StepName = stepName;
        Version = version;
        Call = call;
        CallerToken = callerToken;
    }

    /// <summary>Takes over what the step and its stages found out in a context of their own.</summary>
    internal void Adopt(StepContext run)
    {
        Model = run.Model;
        Attempt = run.Attempt;
        Cost = run.Cost;
        CostAvoided = run.CostAvoided;
        PriceTableVersion = run.PriceTableVersion;
        CacheOutcome = run.CacheOutcome;
        Learnings = run.Learnings;
        if (run.HasUsage)
        {
            ReportUsage(run.Usage);
        }

        foreach (var decision in run.RateLimits)
        {
            AddRateLimit(decision);
        }
    }

    internal void Clear()
    {
        Call = CallContext.Default;
        CallerToken = default;
        Model = null;
        Attempt = 0;
        Cost = null;
        CostAvoided = 0;
        PriceTableVersion = null;
        CacheOutcome = CacheOutcome.NotUsed;
        Learnings = [];
        if (_hasReports)
        {
            _usage = default;
            _hasUsage = false;
            _rateLimits?.Clear();
            _hasReports = false;
        }
    }
}
