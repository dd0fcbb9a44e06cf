using Pipeline.Backends;
using Pipeline.Learning;
using Pipeline.RateLimiting;
using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <summary>What a step knows of the call that it makes, and where it and the runner's stages leave what they found out.</summary>
/// <remarks>
/// Valid until the call ends: the instance is used again for other calls. Work that outlives its call has to <see cref="Retain"/> it.
/// To report usage and <see cref="AddRateLimit"/> are thread safe; the rest belongs to whoever runs at the moment.
/// </remarks>
public sealed partial class StepContext
{
    private readonly Lock _gate = new();
    private List<RateLimitDecision>? _rateLimits;
    private volatile bool _isRetained;
    private volatile bool _hasReports;

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
    /// take into account; a step that learns it later sets it for the metering. Where nobody sets it, the model that was last reported to have used
    /// tokens (<see cref="ReportUsage(in TokenUsage, string?)"/>).
    /// </summary>
    /// <exception cref="ArgumentException">The value is neither null nor a valid name.</exception>
    public string? Model
    {
        get => field ?? _reportedModel;
        set => field = Checked(value, nameof(Model));
    }

    /// <summary>Which attempt at the call this is, from 1; 0 while none has begun, as when the cache answers.</summary>
    public int Attempt { get; internal set; }

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

    /// <summary>The token that the caller gave, by which a call that was cancelled is told from one that timed out.</summary>
    internal CancellationToken CallerToken { get; private set; }

    /// <summary>What ties the call to a run of the step that the cache shares with other calls. Made once it is asked for, and kept.</summary>
    internal StepRunLink RunLink => field ??= new StepRunLink();

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
        CacheOutcome = run.CacheOutcome;
        Learnings = run.Learnings;
        AdoptAccounts(run);
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
        CacheOutcome = CacheOutcome.NotUsed;
        Learnings = [];
        ClearAccounts();
        if (_hasReports)
        {
            _rateLimits?.Clear();
            _hasReports = false;
        }
    }

    private static string? Checked(string? name, string property)
    {
        if (name is not null)
        {
            StoredName.ThrowIfInvalid(name, property);
        }

        return name;
    }
}
