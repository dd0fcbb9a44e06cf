namespace Pipeline.RateLimiting;

/// <summary>
/// What is counted under one key and one <see cref="RateLimitRule.StateId"/>, in a form that does not depend on the rule's limit: a rule
/// with a changed limit goes on with it.
/// </summary>
internal abstract class LimiterState(string key, RateLimitRule rule, int hash) : TableEntry<LimiterState>(hash)
{
    private readonly string _key = key;
    private readonly byte _kind = (byte)rule.Kind;

    /// <summary>The window in ticks; 0 where it does not identify the state.</summary>
    protected long Window { get; } = IdentifyingWindow(rule);

    public static int HashOf(in RateLimitDimension dimension) => HashOf(dimension.Key, dimension.Rule);

    public static int HashOf(string key, RateLimitRule rule) => KeyHash.Of(key, (ulong)IdentifyingWindow(rule) + (ulong)rule.Kind);

    /// <summary>Finds the state of a key and rule, under the lock of its shard.</summary>
    public static LimiterState? Find(TableShard<LimiterState> shard, string key, RateLimitRule rule, int hash)
    {
        var (kind, window) = ((byte)rule.Kind, IdentifyingWindow(rule));
        var state = shard.First(hash);
        while (state is not null && !(state.Hash == hash && state._kind == kind && state.Window == window && state.HasKey(key)))
        {
            state = state.Next;
        }

        return state;
    }

    /// <summary>Makes a state from which nothing was taken.</summary>
    public static LimiterState Create(string key, RateLimitRule rule, int hash) => rule.Kind switch
    {
        RateLimitRuleKind.SlidingWindow => new SlidingWindowState(key, rule, hash),
        RateLimitRuleKind.TokenBucket => new TokenBucketState(key, rule, hash),
        RateLimitRuleKind.Concurrency => new ConcurrencyState(key, rule, hash),
        _ => new FixedWindowState(key, rule, hash),
    };

    /// <summary>Whether a rule's windows follow the wall clock.</summary>
    public static bool NeedsWallClock(RateLimitRule rule) =>
        rule.Kind is RateLimitRuleKind.FixedWindow or RateLimitRuleKind.CalendarDay or RateLimitRuleKind.CalendarMonth;

    /// <summary>Says whether a cost fits, and takes nothing.</summary>
    public abstract LimiterStanding Judge(in RateLimitDimension dimension, in LimiterMoment moment);

    /// <summary>Takes the cost if it fits. The figures are those after it.</summary>
    public abstract LimiterStanding Take(in RateLimitDimension dimension, in LimiterMoment moment);

    /// <summary>Where the charge that was just taken stands.</summary>
    public abstract ReservedCharge LastCharge();

    // Prebuilt dimensions give the very string that the state was made with.
    private bool HasKey(string key) => ReferenceEquals(_key, key) || string.Equals(_key, key, StringComparison.Ordinal);

    // A lease's duration is each lease's own, and calendar rules have no window.
    private static long IdentifyingWindow(RateLimitRule rule) => rule.Kind == RateLimitRuleKind.Concurrency ? 0 : rule.Window.Ticks;
}
