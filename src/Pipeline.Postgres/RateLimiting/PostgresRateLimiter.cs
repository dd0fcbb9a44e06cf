using System.Runtime.CompilerServices;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Queues;

namespace Pipeline.RateLimiting;

/// <summary>
/// Rate limits on PostgreSQL: one statement decides about all dimensions of a request, by the server's clock, and about all requests at once that this process makes about one state
/// at the same time.
/// </summary>
/// <remarks>
/// The statements answer with states; what a state means in figures is computed here, in numbers of any size. Thread safe.
/// </remarks>
internal sealed partial class PostgresRateLimiter : IRateLimiter
{
    private const string Acquiring = "rate limit acquire";
    private const string Peeking = "rate limit peek";
    private const string Settling = "rate limit settle";
    private const string Releasing = "rate limit release";
    private const string Renewing = "rate limit renew";
    private const string Resetting = "rate limit reset";

    /// <summary>The SQLSTATE of the functions for what they cannot read.</summary>
    private const string Unreadable = "PL001";

    private readonly ConditionalWeakTable<RateLimitRule, LimiterRule> _rules = new();
    private readonly Func<RateLimitRule, LimiterRule> _ruleOf;
    private readonly PostgresConnection _connection;
    private readonly LimiterSweep _sweep;
    private readonly LimiterLines _lines;

    /// <param name="connection">The way to the server.</param>
    public PostgresRateLimiter(PostgresConnection connection)
    {
        _connection = connection;
        _sweep = new LimiterSweep(connection.Time);
        _lines = new LimiterLines(DecideAboutOneAsync);
        _ruleOf = rule => _rules.GetValue(rule, static rule => new LimiterRule(rule));
    }

    /// <inheritdoc/>
    public ValueTask<RateLimitDecision> AcquireAsync(RateLimitRequest request, CancellationToken cancellationToken = default)
    {
        RateLimitRequest.ThrowIfEmpty(request);
        return LimiterSlot.Of(request) is { } slot ? DecideTogetherAsync(slot, request, cancellationToken)
            : HasLimit(request) ? DecideAsync(request, takes: true, cancellationToken)
            : Unlimited(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<RateLimitDecision> PeekAsync(RateLimitRequest request, CancellationToken cancellationToken = default)
    {
        RateLimitRequest.ThrowIfEmpty(request);
        return HasLimit(request) ? DecideAsync(request, takes: false, cancellationToken) : Unlimited(cancellationToken);
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

    private async ValueTask<RateLimitDecision> DecideAsync(RateLimitRequest request, bool takes, CancellationToken cancellationToken)
    {
        var (needsReservation, hasEstimates) = (takes && request.NeedsReservation, takes && HasEstimates(request));
        var call = new LimiterCall(!takes ? 0 : hasEstimates ? 2 : 1, needsReservation ? QueueMessage.NewId() : default).With(
            request, _ruleOf, takes, static (request, place, takes) => Step(request.Dimensions[place], takes));
        call.SweepUntil = takes ? _sweep.Next() : null;
        var reply = await _connection.CallAsync(
            takes ? Acquiring : Peeking,
            (Sql: _connection.Sql["RateLimiting/acquire.sql"], Call: call),
            static (connection, state, deadline) => ReadAsync<long[], LimiterCall>(
                PostgresConnection.Command(connection, state.Sql), state.Call, static (parameters, call) => parameters
                    .Int(call.Mode).Texts(call.Keys).Texts(call.StateIds).Longs(call.Plans).Id(call.Reservation).Long(call.SweepUntil), deadline),
            cancellationToken).ConfigureAwait(false) ?? throw Refused(takes ? Acquiring : Peeking);
        _sweep.Observe(reply[1]);
        return Read(reply, request, call, takes, needsReservation);
    }

    private static (LimiterStep? Step, long Amount) Step(in RateLimitDimension dimension, bool takes) =>
        (takes && dimension.IsEstimate ? LimiterStep.TakeMarked : LimiterStep.Take, dimension.Cost);

    private RateLimitDecision Read(long[] reply, RateLimitRequest request, LimiterCall call, bool takes, bool needsReservation)
    {
        var answer = default(RateLimitAnswer);
        var isTaken = takes && reply[0] == 1;
        var states = new StateReader(reply.AsSpan(2), reply[1]);
        for (var i = 0; i < call.Count; i++)
        {
            ref readonly var dimension = ref request.Dimensions[call.PlaceOf(i)];
            answer.Add(states.Next(dimension, _ruleOf(dimension.Rule), isTaken && dimension.Cost > 0), dimension.Rule, call.PlaceOf(i));
        }

        return states.IsAtEnd && answer.IsGranted == (reply[0] == 1)
            ? answer.ToDecision(needsReservation && answer.IsGranted ? new(call.Reservation, request) : null)
            : throw NotUnderstood();
    }

    private static bool HasEstimates(RateLimitRequest request)
    {
        foreach (ref readonly var dimension in request.Dimensions)
        {
            if (dimension.IsEstimate && dimension.Rule.Kind != RateLimitRuleKind.Unlimited)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Runs a statement that replies one value.</summary>
    /// <returns>The value; a default one where a state cannot be read.</returns>
    private static async ValueTask<T?> ReadAsync<T, TCall>(
        NpgsqlCommand command, TCall call, Action<NpgsqlParameterCollection, TCall> bind, CancellationToken deadline)
    {
        await using (command.ConfigureAwait(false))
        {
            bind(command.Parameters, call);
            try
            {
                var reader = await command.ExecuteReaderAsync(deadline).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    await reader.ReadAsync(deadline).ConfigureAwait(false);
                    return reader.GetFieldValue<T>(0);
                }
            }
            catch (PostgresException exception) when (string.Equals(exception.SqlState, Unreadable, StringComparison.Ordinal))
            {
                return default;
            }
        }
    }

    private BackendRefusedException Refused(string operation) => new(
        _connection.Backend, operation, "a row of a rate limit holds a value that this version of the suite cannot read",
        "Reset the limit (ResetAsync), delete that row, or set another Schema.");
}
