using System.Runtime.CompilerServices;

namespace Pipeline.RateLimiting;

/// <summary>
/// What is counted under one key and one <see cref="RateLimitRule.StateId"/>, in a form that does not depend on the rule's limit: a rule
/// with a changed limit goes on with it.
/// </summary>
/// <remarks>
/// Each has a lock of its own, under which all is done that has no other rule. A decision so writes into nothing but its state: with the lock of a
/// shard, processors would hand each other two lines of their caches rather than one.
/// </remarks>
internal abstract class LimiterState(string key, RateLimitRule rule, int hash) : TableEntry<LimiterState>(hash)
{
    private readonly string _key = key;
    private readonly byte _kind = (byte)rule.Kind;

    // A decision holds it for some dozen nanoseconds; a Lock would take half as long just to enter and leave.
    private SpinLock _gate = new(enableThreadOwnerTracking: false);
    private bool _isForgotten;

    /// <summary>The window in ticks; 0 where it does not identify the state.</summary>
    protected long Window { get; } = IdentifyingWindow(rule);

    public static int HashOf(in RateLimitDimension dimension) =>
        dimension.GetKeyHash() ^ (IdentifyingWindow(dimension.Rule).GetHashCode() + (int)dimension.Rule.Kind);

    /// <summary>Finds the state of a key and rule: for certain under the lock of its shard, and nearly always without.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static LimiterState? Find(TableShard<LimiterState> shard, in RateLimitDimension dimension, int hash)
    {
        var (kind, window) = ((byte)dimension.Rule.Kind, IdentifyingWindow(dimension.Rule));
        var state = shard.First(hash);
        while (state is not null && !(state.Hash == hash && state._kind == kind && state.Window == window && state.HasKey(dimension.Key)))
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

    /// <summary>Takes the lock, of a state that has not left its table: under the lock of the shard, or before it is added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        var isTaken = false;
        _gate.Enter(ref isTaken);
    }

    /// <summary>Takes the lock, unless the state has left its table: then nothing that it counts matters any more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryEnter()
    {
        Enter();
        if (!_isForgotten)
        {
            return true;
        }

        Exit();
        return false;
    }

    public void Exit() => _gate.Exit(useMemoryBarrier: false);

    /// <summary>Marks a state that leaves its table, under its lock.</summary>
    public void Forget() => _isForgotten = true;

    public override bool TryForget(in LimiterMoment moment)
    {
        Enter();
        try
        {
            _isForgotten = CanBeForgotten(moment);
            return _isForgotten;
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>Whether a rule's windows follow the wall clock.</summary>
    public static bool NeedsWallClock(RateLimitRule rule) =>
        rule.Kind is RateLimitRuleKind.FixedWindow or RateLimitRuleKind.CalendarDay or RateLimitRuleKind.CalendarMonth;

    /// <summary>Says whether a cost fits, and takes nothing.</summary>
    public abstract RateLimitStanding Judge(in RateLimitDimension dimension, in LimiterMoment moment);

    /// <summary>Takes the cost if it fits. The figures are those after it.</summary>
    public abstract RateLimitStanding Take(in RateLimitDimension dimension, in LimiterMoment moment);

    /// <summary>Where the charge that was just taken stands.</summary>
    public abstract ReservedCharge LastCharge();

    /// <summary>Whether nothing that the state counts matters any more.</summary>
    protected abstract bool CanBeForgotten(in LimiterMoment moment);

    // Prebuilt dimensions give the very string that the state was made with.
    private bool HasKey(string key) => ReferenceEquals(_key, key) || string.Equals(_key, key, StringComparison.Ordinal);

    // A lease's duration is each lease's own, and calendar rules have no window.
    private static long IdentifyingWindow(RateLimitRule rule) => rule.Kind == RateLimitRuleKind.Concurrency ? 0 : rule.Window.Ticks;
}
