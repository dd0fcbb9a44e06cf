using Pipeline.Backends;

namespace Pipeline.RateLimiting;

/// <content>Requests of one dimension that come at the same time and are about the same state.</content>
internal sealed partial class PostgresRateLimiter
{
    private async ValueTask<RateLimitDecision> DecideTogetherAsync(LimiterSlot slot, RateLimitRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var deciding = _lines.DecideAsync(slot, request);
        try
        {
            // Also where a call that was slow stood before this one's.
            return await deciding.WaitAsync(_connection.CommandTimeout, _connection.Time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!deciding.IsCompleted)
        {
            _ = deciding.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            if (exception is TimeoutException)
            {
                throw new BackendUnavailableException(_connection.Backend, Acquiring, "no answer in time");
            }

            throw;
        }
    }

    private async ValueTask<IReadOnlyList<RateLimitDecision>> DecideAboutOneAsync(IReadOnlyList<RateLimitRequest> requests)
    {
        if (requests.Count == 1)
        {
            return [await DecideAsync(requests[0], takes: true, CancellationToken.None).ConfigureAwait(false)];
        }

        var dimension = requests[0].Dimensions[0];
        var plan = new long[LimiterRule.PlanLength];
        _ruleOf(dimension.Rule).Plan(plan, LimiterStep.Take, place: 0, amount: 0);
        long[] costs = [.. requests.Select(static request => request.Dimensions[0].Cost)];
        var reply = await _connection.CallAsync(
            Acquiring,
            (Sql: _connection.Sql["RateLimiting/acquire-each.sql"], Dimension: dimension, Plan: plan, Costs: costs, SweepUntil: _sweep.Next()),
            static (connection, call, deadline) => ReadAsync<long[], (string Sql, RateLimitDimension Dimension, long[] Plan, long[] Costs, long? SweepUntil)>(
                PostgresConnection.Command(connection, call.Sql), call, static (parameters, call) => parameters
                    .Text(call.Dimension.Key).Text(call.Dimension.Rule.StateId).Longs(call.Plan).Longs(call.Costs).Long(call.SweepUntil), deadline)).ConfigureAwait(false)
            ?? throw Refused(Acquiring);
        _sweep.Observe(reply[0]);
        return Read(reply, requests);
    }

    private RateLimitDecision[] Read(long[] reply, IReadOnlyList<RateLimitRequest> requests)
    {
        var decisions = new RateLimitDecision[requests.Count];
        var states = new StateReader(reply.AsSpan(requests.Count + 1), reply[0]);
        for (var i = 0; i < decisions.Length; i++)
        {
            ref readonly var dimension = ref requests[i].Dimensions[0];
            var isGranted = reply[i + 1] == 1;
            var standing = states.Next(dimension, _ruleOf(dimension.Rule), isGranted);
            decisions[i] = standing.IsGranted == isGranted ? standing.ToDecision(dimension.Rule, place: 0) : throw NotUnderstood();
        }

        return states.IsAtEnd ? decisions : throw NotUnderstood();
    }

    private static InvalidOperationException NotUnderstood() => new("A statement of the rate limiter replied what it cannot.");
}
