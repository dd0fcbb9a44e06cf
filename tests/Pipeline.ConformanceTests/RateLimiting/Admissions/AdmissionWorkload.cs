using System.Collections.Concurrent;
using Pipeline.RateLimiting;

namespace Pipeline.Conformance.RateLimiting.Admissions;

/// <summary>
/// Callers that attack the same few limits at the same time, with random costs, and write down what they were granted. They settle, renew and
/// release, or never come back, while the clock goes on and the wall clock is set between the rounds.
/// </summary>
internal sealed class AdmissionWorkload(RateLimiterTestStore store, IReadOnlyList<IRateLimiter> processes, ulong seed)
{
    private const int Keys = 2;
    private const int MostOpen = 40;

    private readonly ConcurrentQueue<Admission> _admissions = new();
    private readonly ConcurrentQueue<OpenAdmissions> _open = new();
    private readonly IReadOnlyList<RateLimitRule> _rules = AttackedRules.Next(new SeededRandom(seed), store.Tick);
    private readonly string[] _keys = [.. Enumerable.Range(0, Keys).Select(i => $"k{i}-{Guid.NewGuid():N}")];
    private TimeSpan _wall;
    private DateTimeOffset _start;
    private long _order;
    private int _denials;

    public IReadOnlyCollection<Admission> Admissions => _admissions;

    public int Denials => _denials;

    public async Task RunAsync(int rounds, int callers, int callsEach)
    {
        _start = await store.GetServerTimeAsync();
        for (var round = 0; round < rounds; round++)
        {
            var number = (ulong)(round * callers);
            await SideBySide.RunAsync(callers, caller =>
                CallAsync(processes[caller % processes.Count], new SeededRandom(seed + ((number + (ulong)caller) << 32)), callsEach));
            await SetWallClockAsync(new SeededRandom(seed + (ulong)round));
        }
    }

    private async Task CallAsync(IRateLimiter limiter, SeededRandom random, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            if (_open.Count > MostOpen || random.Chance(20))
            {
                await EndOneAsync(limiter, random);
            }

            if (random.Chance(8))
            {
                var most = (ulong)(store.Tick / store.ClockUnit / (random.Chance(80) ? 20 : 1));
                await store.AdvanceAsync(store.ClockUnit * (1 + (long)(random.NextUInt64() % most)));
            }

            await AcquireAsync(limiter, NextRequest(random));
        }
    }

    private async Task AcquireAsync(IRateLimiter limiter, RateLimitRequest request)
    {
        var utcBegan = await store.GetServerTimeAsync();
        var orderBegan = Interlocked.Increment(ref _order);
        var decision = await limiter.AcquireAsync(request);
        var orderEnded = Interlocked.Increment(ref _order);
        var utcEnded = await store.GetServerTimeAsync();
        if (!decision.IsGranted)
        {
            Interlocked.Increment(ref _denials);
            return;
        }

        var admissions = request.Dimensions.ToArray().Select(dimension => new Admission
        {
            Key = dimension.Key,
            Rule = dimension.Rule,
            Amount = dimension.Cost,
            Began = Elapsed(utcBegan),
            Ended = Elapsed(utcEnded),
            UtcBegan = utcBegan,
            UtcEnded = utcEnded,
            OrderBegan = orderBegan,
            OrderEnded = orderEnded,
            HeldUntil = Elapsed(utcBegan) + dimension.Rule.Window,
        }).ToList();
        admissions.ForEach(_admissions.Enqueue);
        if (decision.Reservation is { } reservation)
        {
            _open.Enqueue(new OpenAdmissions(reservation, admissions));
        }
    }

    private async Task EndOneAsync(IRateLimiter limiter, SeededRandom random)
    {
        if (!_open.TryDequeue(out var open))
        {
            return;
        }

        var (utcBegan, orderBegan) = (await store.GetServerTimeAsync(), Interlocked.Increment(ref _order));
        switch (random.Next(10))
        {
            case < 5:
                var costs = open.Admissions.Select(one => NextActualCost(one.Amount, random)).ToArray();
                if (await limiter.SettleAsync(open.Reservation, costs))
                {
                    open.WriteSettled(costs, orderBegan);
                }

                break;
            case < 7:
                if (await limiter.ReleaseAsync(open.Reservation))
                {
                    open.WriteReleased(orderBegan);
                }

                break;
            case < 9:
                if (await limiter.RenewAsync(open.Reservation))
                {
                    open.WriteRenewed(Elapsed(utcBegan));
                }

                _open.Enqueue(open);
                break;
            default:
                // Its holder died.
                break;
        }
    }

    private async Task SetWallClockAsync(SeededRandom random)
    {
        if (store.CannotSetClock is null)
        {
            var wall = store.Tick * random.Between(-10, 10) * 0.7;
            await store.SetServerTimeAsync(await store.GetServerTimeAsync() + wall - _wall);
            _wall = wall;
        }
    }

    private RateLimitRequest NextRequest(SeededRandom random)
    {
        var dimensions = Enumerable.Range(0, random.Chance(60) ? 1 : random.Between(2, 4)).Select(_ =>
        {
            var rule = random.Pick(_rules);
            var most = random.Next(10) switch
            {
                < 5 => (rule.Limit / 100) + 1,
                < 9 => (rule.Limit / 3) + 1,
                _ => rule.Limit,
            };
            var cost = (long)(random.NextUInt64() % (ulong)most) + 1;
            return rule.Kind != RateLimitRuleKind.Concurrency && random.Chance(40)
                ? RateLimitDimension.Estimate(random.Pick(_keys), rule, cost)
                : new RateLimitDimension(random.Pick(_keys), rule, Math.Min(cost, rule.Limit));
        });
        return new([.. dimensions.DistinctBy(one => (one.Key, one.Rule.StateId))]);
    }

    /// <summary>Mostly less than was reserved, which frees what others want, and now and then more.</summary>
    private static long NextActualCost(long reserved, SeededRandom random) => random.Next(10) switch
    {
        < 8 => (long)(random.NextUInt64() % (ulong)(reserved + 1)),
        < 9 => reserved,
        _ => reserved + random.Next(3),
    };

    private TimeSpan Elapsed(DateTimeOffset utc) => utc - _start - _wall;
}
