using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Pipeline.RateLimiting;

/// <summary>Takes permits of hot states from a limiter a block at a time, and hands them out in this process.</summary>
/// <remarks>
/// <para>A block is charged before anything of it is handed out, and nothing of it is handed out after its window, so no window admits more than its limit. That holds for
/// windows that stand still only: a bucket is refilled, and a sliding window goes on, while a block lies in memory. Those and all other requests pass through.</para>
/// <para>Each block ends with one settlement, which gives back what is left. Where less than a block is left of a window, each caller asks for itself, so all of
/// it is admitted in the end. Thread safe. A grant out of a block allocates nothing.</para>
/// </remarks>
internal sealed partial class BlockRateLimiter(IRateLimiter inner, RateLimitingOptions options, RateLimitMetrics metrics, TimeProvider time, ILogger logger)
    : IRateLimiter, IAsyncDisposable, IDisposable
{
    /// <summary>What lies in a process is at most one such part of a limit.</summary>
    private const int LeastBlocksOfLimit = 100;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<BlockKey, HotState> _states = new();
    private readonly HeatMap _heat = new(time.TimestampFrequency);
    private readonly long _size = options.BlockSize;

    public ValueTask<RateLimitDecision> AcquireAsync(RateLimitRequest request, CancellationToken cancellationToken = default)
    {
        if (request.Count != 1 || !IsForBlocks(request.Dimensions[0]))
        {
            return inner.AcquireAsync(request, cancellationToken);
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<RateLimitDecision>(cancellationToken);
        }

        ref readonly var dimension = ref request.Dimensions[0];
        var key = new BlockKey(dimension);
        var now = time.GetTimestamp();
        var isHot = _heat.Count(key.GetHashCode(), now);
        return _states.TryGetValue(key, out var state) && state.TryTake(dimension, now, out var decision) ? new(decision)
            : isHot ? TakeFromNextAsync(key, request, cancellationToken)
            : inner.AcquireAsync(request, cancellationToken);
    }

    public ValueTask<RateLimitDecision> PeekAsync(RateLimitRequest request, CancellationToken cancellationToken = default) =>
        RestFor(request) > 0 ? PeekWithRestAsync(request, cancellationToken) : inner.PeekAsync(request, cancellationToken);

    public ValueTask<bool> SettleAsync(
        RateLimitReservation reservation, ReadOnlyMemory<long> actualCosts, CancellationToken cancellationToken = default) =>
        inner.SettleAsync(reservation, actualCosts, cancellationToken);

    public ValueTask<bool> ReleaseAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default) =>
        inner.ReleaseAsync(reservation, cancellationToken);

    public ValueTask<bool> RenewAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default) =>
        inner.RenewAsync(reservation, cancellationToken);

    public ValueTask ResetAsync(string key, RateLimitRule rule, CancellationToken cancellationToken = default)
    {
        var dimension = new RateLimitDimension(key, rule, cost: 0);
        return StandsStill(rule) ? ForgetAsync(dimension, cancellationToken) : inner.ResetAsync(key, rule, cancellationToken);
    }

    public TCapability? GetCapability<TCapability>()
        where TCapability : class => inner.GetCapability<TCapability>();

    private static bool StandsStill(RateLimitRule rule) =>
        rule.Kind is RateLimitRuleKind.FixedWindow or RateLimitRuleKind.CalendarDay or RateLimitRuleKind.CalendarMonth;

    private bool IsForBlocks(in RateLimitDimension dimension) =>
        !dimension.IsEstimate && dimension.Cost >= 1 && dimension.Cost <= _size && StandsStill(dimension.Rule) && dimension.Rule.Limit >= LeastBlocksOfLimit * _size;

    /// <summary>What this process can hand out of the state that a request of one dimension is about.</summary>
    private long RestFor(RateLimitRequest request) =>
        request.Count == 1 && _states.TryGetValue(new(request.Dimensions[0]), out var state) && state.Limit == request.Dimensions[0].Rule.Limit
            ? state.Block?.RestAt(time.GetTimestamp()) ?? 0
            : 0;

    private async ValueTask<RateLimitDecision> PeekWithRestAsync(RateLimitRequest request, CancellationToken cancellationToken)
    {
        var decision = await inner.PeekAsync(request, cancellationToken).ConfigureAwait(false);
        var rest = RestFor(request);
        var isGranted = decision.IsGranted || (IsForBlocks(request.Dimensions[0]) && request.Dimensions[0].Cost <= rest);
        return isGranted && !decision.IsDegraded
            ? RateLimitDecision.Granted(decision.Rule, 0, Math.Min(decision.Limit, decision.Remaining + rest), decision.ResetAfter)
            : decision;
    }
}
