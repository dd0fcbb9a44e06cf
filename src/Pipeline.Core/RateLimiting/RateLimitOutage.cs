using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.RateLimiting;

/// <summary>One outage of a limiter's backend: whose turn it is to try the backend, and what the rules' fallbacks say meanwhile.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class RateLimitOutage(TimeProvider time)
{
    /// <summary>When to come again nobody knows. It should be soon, and not at once.</summary>
    private static readonly TimeSpan GuessedRetryAfter = TimeSpan.FromSeconds(1);

    private static readonly ConditionalWeakTable<RateLimitRule, RateLimitRule> LocalRules = new();

    private readonly Lazy<InMemoryRateLimiter> _local = new(() => new InMemoryRateLimiter(time));
    private readonly long _began = time.GetTimestamp();
    private long _nextTry = long.MinValue;
    private int _isTrying;
    private int _isOver;

    public bool IsOver => Volatile.Read(ref _isOver) != 0;

    public TimeSpan Duration => time.GetElapsedTime(_began);

    public static bool IsLimited(RateLimitRequest request)
    {
        foreach (ref readonly var dimension in request.Dimensions)
        {
            if (dimension.Rule.Kind != RateLimitRuleKind.Unlimited)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Ends the outage.</summary>
    /// <returns>Whether this call ended it: a try that began before another one succeeded finds it over.</returns>
    public bool TryEnd() => Interlocked.Exchange(ref _isOver, 1) == 0;

    /// <summary>Takes the turn to try the backend, if nobody has it and the last try was long enough ago.</summary>
    public bool TryBeginTry() =>
        time.GetTimestamp() >= Volatile.Read(ref _nextTry) && Interlocked.CompareExchange(ref _isTrying, 1, 0) == 0;

    /// <summary>Gives the turn back.</summary>
    /// <param name="pause">How long nobody is to try again.</param>
    public void EndTry(TimeSpan pause)
    {
        if (pause > TimeSpan.Zero)
        {
            Volatile.Write(ref _nextTry, time.GetTimestamp() + (long)(pause.TotalSeconds * time.TimestampFrequency));
        }

        Volatile.Write(ref _isTrying, 0);
    }

    /// <summary>Decides as the rules' fallbacks say.</summary>
    public async ValueTask<RateLimitDecision> DecideAsync(RateLimitRequest request, bool takes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RateLimitRequest.ThrowIfEmpty(request);
        if (FindDenial(request) is { } denial)
        {
            return denial;
        }

        var (dimensions, places) = LocalPartOf(request);
        if (dimensions.Length == 0)
        {
            return GrantUncounted(request, takes);
        }

        var local = new RateLimitRequest(dimensions);
        var decision = takes
            ? await _local.Value.AcquireAsync(local, cancellationToken).ConfigureAwait(false)
            : await _local.Value.PeekAsync(local, cancellationToken).ConfigureAwait(false);
        var place = places[decision.DimensionIndex];
        if (!decision.IsGranted)
        {
            return RateLimitDecision.Denied(decision.Rule, place, decision.Remaining, decision.RetryAfter, decision.ResetAfter, isDegraded: true);
        }

        var reservation = takes && request.NeedsReservation
            ? DegradedReservation.Make(request, _local.Value, decision.Reservation, places)
            : null;
        return RateLimitDecision.Granted(decision.Rule, place, decision.Remaining, decision.ResetAfter, reservation, isDegraded: true);
    }

    /// <summary>Forgets what was counted here under a key.</summary>
    public ValueTask ResetAsync(string key, RateLimitRule rule, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rule);
        if (rule.OnUnavailable != RateLimitFallback.Local || !_local.IsValueCreated)
        {
            return ValueTask.CompletedTask;
        }

        var local = LocalRuleOf(rule);
        return _local.Value.ResetAsync(LocalKeyOf(key, rule, local), local, cancellationToken);
    }

    /// <summary>Finds what is denied whatever was counted: a rule that says so, or a fixed cost above a local share.</summary>
    private static RateLimitDecision? FindDenial(RateLimitRequest request)
    {
        RateLimitDecision? tooHigh = null;
        for (var i = 0; i < request.Count; i++)
        {
            ref readonly var dimension = ref request.Dimensions[i];
            if (dimension.Rule.Kind == RateLimitRuleKind.Unlimited)
            {
                continue;
            }

            if (dimension.Rule.OnUnavailable == RateLimitFallback.Deny)
            {
                return Deny(dimension.Rule, i);
            }

            if (!dimension.IsEstimate && dimension.Cost > dimension.Rule.LocalShare)
            {
                tooHigh ??= Deny(LocalRuleOf(dimension.Rule), i);
            }
        }

        return tooHigh;

        static RateLimitDecision Deny(RateLimitRule rule, int place) =>
            RateLimitDecision.Denied(rule, place, remaining: 0, GuessedRetryAfter, GuessedRetryAfter, isDegraded: true);
    }

    private static (RateLimitDimension[] Dimensions, int[] Places) LocalPartOf(RateLimitRequest request)
    {
        var dimensions = new List<RateLimitDimension>(request.Count);
        var places = new List<int>(request.Count);
        for (var i = 0; i < request.Count; i++)
        {
            ref readonly var dimension = ref request.Dimensions[i];
            if (dimension.Rule.Kind != RateLimitRuleKind.Unlimited && dimension.Rule.OnUnavailable == RateLimitFallback.Local)
            {
                var rule = LocalRuleOf(dimension.Rule);
                var key = LocalKeyOf(dimension.Key, dimension.Rule, rule);
                dimensions.Add(dimension.IsEstimate ? RateLimitDimension.Estimate(key, rule, dimension.Cost) : new(key, rule, dimension.Cost));
                places.Add(i);
            }
        }

        return ([.. dimensions], [.. places]);
    }

    private static RateLimitDecision GrantUncounted(RateLimitRequest request, bool takes)
    {
        for (var i = 0; i < request.Count; i++)
        {
            var rule = request.Dimensions[i].Rule;
            if (rule.Kind != RateLimitRuleKind.Unlimited)
            {
                var reservation = takes && request.NeedsReservation ? DegradedReservation.Make(request) : null;
                return RateLimitDecision.Granted(rule, i, remaining: rule.Limit, resetAfter: TimeSpan.Zero, reservation, isDegraded: true);
            }
        }

        return RateLimitDecision.Unlimited;
    }

    private static RateLimitRule LocalRuleOf(RateLimitRule rule) => LocalRules.GetValue(rule, static r => r.ToLocal());

    // A small share of a slow refill is refilled in a longer period, which can be that of another rule on the same key.
    private static string LocalKeyOf(string key, RateLimitRule rule, RateLimitRule local) =>
        string.Equals(rule.StateId, local.StateId, StringComparison.Ordinal)
            ? key
            : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{rule.StateId} {key}")));
}
