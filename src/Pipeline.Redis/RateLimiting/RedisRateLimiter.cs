using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Logging;
using Pipeline.Backends;
using Pipeline.Queues;
using StackExchange.Redis;

namespace Pipeline.RateLimiting;

/// <summary>Rate limits on Redis: one script decides about all dimensions of a slot, by the server's clock.</summary>
/// <remarks>
/// The scripts answer with states; what a state means in figures is computed here, in numbers of any size. One dimension at a fixed cost, the
/// call that is made most, has scripts of its own for a bucket and a sliding window. Thread safe.
/// </remarks>
internal sealed partial class RedisRateLimiter : IRateLimiter
{
    private const string Acquiring = "rate limit acquire";
    private const string Peeking = "rate limit peek";
    private const string Settling = "rate limit settle";
    private const string Releasing = "rate limit release";
    private const string Renewing = "rate limit renew";
    private const string Resetting = "rate limit reset";

    private const byte Denied = 0;
    private const byte Granted = 1;
    private const byte Foreign = 2;
    private const int ReplyHeadLength = 1 + LimiterRule.NumberLength;

    private readonly ConditionalWeakTable<RateLimitRule, LimiterRule> _rules = new();
    private readonly ConditionalWeakTable<RateLimitRule, LimiterRule>.CreateValueCallback _makeRule;
    private readonly RedisConnection _connection;
    private readonly LimiterScripts _scripts;
    private readonly ILogger _logger;
    private readonly byte[] _records;

    /// <param name="connection">The way to the server.</param>
    /// <param name="logger">Takes what could not be given back.</param>
    /// <param name="scripts">The scripts, where they are not the suite's own.</param>
    public RedisRateLimiter(RedisConnection connection, ILogger<RedisRateLimiter> logger, LimiterScripts? scripts = null)
    {
        _connection = connection;
        _logger = logger;
        _scripts = scripts ?? LimiterScripts.Default;
        _records = Encoding.UTF8.GetBytes($"{connection.Keys.Root}limit:r:");
        _makeRule = rule => new LimiterRule(rule, connection.Keys.Root);
    }

    /// <inheritdoc/>
    public ValueTask<RateLimitDecision> AcquireAsync(RateLimitRequest request, CancellationToken cancellationToken = default)
    {
        RateLimitRequest.ThrowIfEmpty(request);
        ref readonly var first = ref request.Dimensions[0];
        var isSimple = request.Count == 1 && first.Cost > 0 && !first.IsEstimate;
        return first.Rule.Kind switch
        {
            RateLimitRuleKind.TokenBucket when isSimple => DecideAsync(_scripts.Bucket, first, cancellationToken),
            RateLimitRuleKind.SlidingWindow when isSimple => DecideAsync(_scripts.Window, first, cancellationToken),
            _ => HasLimit(request) ? AcquireAnyAsync(LimiterGroup.Of(request), cancellationToken) : Unlimited(cancellationToken),
        };
    }

    /// <inheritdoc/>
    public ValueTask<RateLimitDecision> PeekAsync(RateLimitRequest request, CancellationToken cancellationToken = default)
    {
        RateLimitRequest.ThrowIfEmpty(request);
        return HasLimit(request) ? PeekAnyAsync(request, cancellationToken) : Unlimited(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> SettleAsync(
        RateLimitReservation reservation, ReadOnlyMemory<long> actualCosts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reservation);
        reservation.ThrowIfInvalid(actualCosts.Span);
        return EndAsync(reservation, actualCosts, Settling, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> ReleaseAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reservation);
        return EndAsync(reservation, default, Releasing, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<bool> RenewAsync(RateLimitReservation reservation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reservation);
        return RenewAllAsync(reservation, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask ResetAsync(string key, RateLimitRule rule, CancellationToken cancellationToken = default)
    {
        var dimension = new RateLimitDimension(key, rule);
        return rule.Kind == RateLimitRuleKind.Unlimited ? Nothing(cancellationToken) : ForgetAsync(dimension, cancellationToken);
    }

    private static bool HasLimit(RateLimitRequest request)
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

    private static ValueTask<RateLimitDecision> Unlimited(CancellationToken cancellationToken) => cancellationToken.IsCancellationRequested
        ? ValueTask.FromCanceled<RateLimitDecision>(cancellationToken)
        : new(RateLimitDecision.Unlimited);

    private static ValueTask Nothing(CancellationToken cancellationToken) => cancellationToken.IsCancellationRequested
        ? ValueTask.FromCanceled(cancellationToken)
        : ValueTask.CompletedTask;

    private LimiterRule RuleOf(RateLimitRule rule) => _rules.GetValue(rule, _makeRule);

    /// <summary>Decides about one bucket or sliding window at a fixed cost.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<RateLimitDecision> DecideAsync(RedisScript script, RateLimitDimension dimension, CancellationToken cancellationToken)
    {
        var rule = RuleOf(dimension.Rule);
        var key = rule.KeyOf(dimension.Key);
        var reply = Bytes(
            await _connection.EvaluateAsync(script, Acquiring, [key], rule.ArgumentsFor(dimension.Cost), cancellationToken).ConfigureAwait(false));
        return Read(reply, dimension, rule);
    }

    private RateLimitDecision Read(byte[] reply, in RateLimitDimension dimension, LimiterRule rule)
    {
        ThrowIfForeign(reply, Acquiring);
        var isGranted = reply[0] != Denied;

        // Where the time is that of the charge, the state alone is replied.
        var hasHead = reply[0] <= Granted;
        if (reply.Length < ReplyHeadLength)
        {
            throw Impossible();
        }

        var now = hasHead ? StateReader.Number(reply.AsSpan(1)) : StateReader.TimeOf(reply);
        var states = new StateReader(reply.AsSpan(hasHead ? ReplyHeadLength : 0), now);
        var standing = states.Next(dimension, rule, isGranted);
        return !states.IsUnreadable && states.IsAtEnd && standing.IsGranted == isGranted ? standing.ToDecision(dimension.Rule, 0) : throw Impossible();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<RateLimitDecision> AcquireAnyAsync(LimiterGroup group, CancellationToken cancellationToken)
    {
        var id = QueueMessage.NewId();
        if (await SplitIfClusterAsync(group, Acquiring, cancellationToken).ConfigureAwait(false) is { } groups)
        {
            return await AcquireOfSeveralSlotsAsync(group.Request, groups, id, cancellationToken).ConfigureAwait(false);
        }

        var answer = default(RateLimitAnswer);
        var reply = Bytes(await EvaluateTakeAsync(group, id, isMarked: false, cancellationToken).ConfigureAwait(false));
        ReadTaken(reply, group, ref answer);
        return answer.ToDecision(answer.IsGranted ? ReservationFor(group.Request, id) : null);
    }

    private static RateLimitReservation? ReservationFor(RateLimitRequest request, Guid id) => request.NeedsReservation ? new(id, request) : null;

    /// <summary>Takes the costs of a group, or none.</summary>
    /// <param name="group">The group.</param>
    /// <param name="id">The reservation's id.</param>
    /// <param name="isMarked">Whether fixed costs, too, may have to be given back.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    private ValueTask<RedisResult> EvaluateTakeAsync(LimiterGroup group, Guid id, bool isMarked, CancellationToken cancellationToken)
    {
        var hasRecord = group.HasEstimates;
        var keys = new RedisKey[group.Count + (hasRecord ? 1 : 0)];
        var arguments = new RedisValue[group.Count + 2];
        arguments[0] = hasRecord ? Modes.TakeAndRecord : Modes.Take;
        arguments[1] = RedisValue.EmptyString;
        var count = 0;
        for (var place = 0; place < group.Request.Count; place++)
        {
            if (!group.Has(place))
            {
                continue;
            }

            ref readonly var dimension = ref group.Request.Dimensions[place];
            var rule = RuleOf(dimension.Rule);
            var isLease = rule.Kind == RateLimitRuleKind.Concurrency;
            if (isLease)
            {
                arguments[1] = id.ToByteArray();
            }

            keys[count] = rule.KeyOf(dimension.Key);
            arguments[2 + count++] = (isMarked || dimension.IsEstimate) && !isLease
                ? rule.Plan(LimiterStep.TakeMarked, place, dimension.Cost)
                : rule.Taking(dimension.Cost);
        }

        if (hasRecord)
        {
            keys[^1] = RecordKey(group, id);
        }

        return _connection.EvaluateAsync(_scripts.Change, Acquiring, keys, arguments, cancellationToken);
    }

    /// <summary>Reads what <see cref="EvaluateTakeAsync"/> was replied.</summary>
    private void ReadTaken(byte[] reply, LimiterGroup group, ref RateLimitAnswer answer)
    {
        ThrowIfForeign(reply, Acquiring);
        ReadStates(reply, group, Acquiring, ref answer);
        if (answer.IsGranted != (reply[0] == Granted))
        {
            throw Impossible();
        }
    }

    private RedisKey RecordKey(LimiterGroup group, Guid reservation) => LimiterTag.NameRecord(_records, group.FirstKey, reservation);

    private async ValueTask ForgetAsync(RateLimitDimension dimension, CancellationToken cancellationToken)
    {
        var rule = RuleOf(dimension.Rule);
        var key = rule.KeyOf(dimension.Key);
        await _connection.CallAsync(
            Resetting, key, static (session, key) => session.Database.KeyDeleteAsync(key, RedisConnection.Flags), cancellationToken).ConfigureAwait(false);
    }

    private void ThrowIfForeign(byte[] reply, string operation)
    {
        if (reply[0] == Foreign)
        {
            throw Refused(operation);
        }
    }

    private BackendRefusedException Refused(string operation) => new(
        _connection.Backend, operation, "a key of a rate limit holds a value that this version of the suite cannot read",
        "Reset the limit (ResetAsync) or remove that key, or set another KeyPrefix.");

    private static byte[] Bytes(RedisResult result) => (byte[]?)result is { Length: > 0 } reply ? reply : throw Impossible();

    private static InvalidOperationException Impossible() => new("A script of the rate limiter replied what it cannot.");

    /// <summary>The modes of change.lua.</summary>
    private static class Modes
    {
        public static readonly RedisValue Take = new byte[] { 0 };
        public static readonly RedisValue TakeAndRecord = new byte[] { 1 };
        public static readonly RedisValue End = new byte[] { 2 };
        public static readonly RedisValue GiveBack = new byte[] { 3 };
    }
}
