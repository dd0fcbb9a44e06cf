using Pipeline.Backends;

namespace Pipeline.RateLimiting;

internal sealed partial class PostgresRateLimiter
{
    /// <summary>Ends a reservation.</summary>
    /// <param name="reservation">The reservation.</param>
    /// <param name="actualCosts">The true costs, or nothing where they are not known.</param>
    /// <param name="operation">What errors call it.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    private async ValueTask<bool> EndAsync(
        RateLimitReservation reservation, ReadOnlyMemory<long> actualCosts, string operation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var hasEstimates = HasEstimates(reservation.Request);
        var call = new LimiterCall(mode: 0, reservation.Id).With(
            reservation.Request, _ruleOf, actualCosts, static (request, place, costs) => StepAtEnd(request.Dimensions[place], costs, place));
        return (hasEstimates || call.Count > 0) && (await _connection.CallAsync(
            operation,
            (Sql: _connection.Sql["RateLimiting/end.sql"], Call: call, HasRecord: hasEstimates),
            static (connection, state, deadline) => ReadAsync<bool?, LimiterCall>(
                PostgresConnection.Command(connection, state.Sql),
                state.Call,
                state.HasRecord
                    ? static (parameters, call) => parameters.Texts(call.Keys).Texts(call.StateIds).Longs(call.Plans).Id(call.Reservation).Bool(true)
                    : static (parameters, call) => parameters.Texts(call.Keys).Texts(call.StateIds).Longs(call.Plans).Id(call.Reservation).Bool(false),
                deadline),
            cancellationToken).ConfigureAwait(false) ?? throw Refused(operation));
    }

    private static (LimiterStep? Step, long Amount) StepAtEnd(in RateLimitDimension dimension, ReadOnlyMemory<long> actualCosts, int place)
    {
        if (dimension.Rule.Kind == RateLimitRuleKind.Concurrency)
        {
            return dimension.Cost > 0 ? (LimiterStep.GiveBack, dimension.Cost) : default;
        }

        var excess = dimension.IsEstimate && !actualCosts.IsEmpty ? Math.Min(actualCosts.Span[place] - dimension.Cost, RateLimitRule.MaxCharge) : 0;
        return excess switch
        {
            > 0 => (LimiterStep.Charge, excess),
            < 0 => (LimiterStep.GiveBack, -excess),
            _ => default,
        };
    }

    private async ValueTask<bool> RenewAllAsync(RateLimitReservation reservation, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var call = new LimiterCall(mode: 0, reservation.Id).With(
            reservation.Request, _ruleOf, 0, static (request, place, _) => request.Dimensions[place] is { Rule.Kind: RateLimitRuleKind.Concurrency, Cost: > 0 }
                ? (LimiterStep.Take, request.Dimensions[place].Cost)
                : default((LimiterStep?, long)));
        return call.Count == 0 || await _connection.CallAsync(
            Renewing,
            (Sql: _connection.Sql["RateLimiting/renew.sql"], Call: call),
            static (connection, state, deadline) => ReadAsync<bool, LimiterCall>(
                PostgresConnection.Command(connection, state.Sql), state.Call,
                static (parameters, call) => parameters.Texts(call.Keys).Longs(call.Plans).Id(call.Reservation), deadline),
            cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask ForgetAsync(RateLimitDimension dimension, CancellationToken cancellationToken) => await _connection.ExecuteAsync(
        Resetting,
        _connection.Sql["RateLimiting/reset.sql"],
        dimension,
        static (parameters, dimension) => parameters.Text(dimension.Key).Text(dimension.Rule.StateId),
        cancellationToken).ConfigureAwait(false);
}
