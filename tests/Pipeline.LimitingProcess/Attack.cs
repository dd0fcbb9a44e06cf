using System.Collections.Concurrent;
using Pipeline.RateLimiting;

namespace Pipeline.LimitingProcess;

/// <summary>Callers that ask for random costs without a pause, and end what they hold or leave it.</summary>
internal sealed class Attack(IRateLimiter limiter, int seed)
{
    private const int MostOpen = 20;

    private readonly ConcurrentQueue<GrantedCost> _granted = new();
    private readonly ConcurrentQueue<(RateLimitReservation Reservation, GrantedCost[] Costs)> _open = new();

    public IEnumerable<GrantedCost> Granted => _granted;

    public int Denials { get; private set; }

    /// <summary>Attacks until it is cancelled. What has begun then is finished.</summary>
    public async Task RunAsync(int callers, CancellationToken ending)
    {
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random((seed * callers) + caller);
            while (!ending.IsCancellationRequested)
            {
                await AcquireAsync(random);
                if (_open.Count > MostOpen || random.Next(3) == 0)
                {
                    await EndOneAsync(random);
                }
            }
        })));
    }

    private async Task AcquireAsync(Random random)
    {
        var places = Enumerable.Range(0, random.Next(3) == 0 ? 3 : 1).Select(_ => (Key: random.Next(AttackedLimits.Keys.Count), Rule: random.Next(AttackedLimits.Rules.Count)))
            .Distinct().ToArray();
        var request = new RateLimitRequest([.. places.Select(place => Dimension(place.Key, place.Rule, random))]);
        var began = GrantedCost.Now;
        var decision = await limiter.AcquireAsync(request);
        var ended = GrantedCost.Now;
        if (!decision.IsGranted)
        {
            Denials++;
            await Task.Delay(random.Next(3));
            return;
        }

        var costs = places.Select((place, i) => new GrantedCost
        {
            Key = place.Key,
            Rule = place.Rule,
            Amount = request.Dimensions[i].Cost,
            Began = began.Time,
            Ended = ended.Time,
            OrderBegan = began.Order,
            OrderEnded = ended.Order,
        }).ToArray();
        foreach (var cost in costs)
        {
            _granted.Enqueue(cost);
        }

        if (decision.Reservation is { } reservation)
        {
            _open.Enqueue((reservation, costs));
        }
    }

    private static RateLimitDimension Dimension(int key, int place, Random random)
    {
        var rule = AttackedLimits.Rules[place];
        var cost = 1 + (long)(random.NextDouble() * random.NextDouble() * rule.Limit / 2);
        return rule.Kind != RateLimitRuleKind.Concurrency && random.Next(2) == 0
            ? RateLimitDimension.Estimate(AttackedLimits.Keys[key], rule, cost)
            : new(AttackedLimits.Keys[key], rule, Math.Min(cost, rule.Limit));
    }

    private async Task EndOneAsync(Random random)
    {
        if (!_open.TryDequeue(out var open) || random.Next(10) == 0)
        {
            return;
        }

        // What becomes of the call may stay unknown, so what it may give back is written down before.
        var actual = open.Costs.Select(cost => (long)(random.NextDouble() * (cost.Amount + 1))).ToArray();
        var began = GrantedCost.Now.Order;
        for (var i = 0; i < actual.Length; i++)
        {
            open.Costs[i].EndingBegan = began;
            open.Costs[i].GivenBack = open.Reservation.Request.Dimensions[i].IsEstimate ? open.Costs[i].Amount - actual[i] : 0;
        }

        try
        {
            await limiter.SettleAsync(open.Reservation, actual);
        }
        catch (Backends.BackendUnavailableException)
        {
            // It stays as it is written.
        }
    }
}
