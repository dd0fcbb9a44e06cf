using System.Collections.Concurrent;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Conformance.RateLimiting;

public abstract partial class RateLimiterConformance
{
    private const int Callers = 8;

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(LimitingKinds))]
    public async Task Concurrent_callers_are_granted_the_limit_and_not_one_more(RateLimitRuleKind kind)
    {
        var (first, second) = await OpenTwiceAsync();
        var limit = _store.Repetitions;
        var rule = await BeginLongAsync(kind, limit);
        var request = Cost(UniqueKey(), rule);
        var granted = 0;

        await SideBySide.RunAsync(Callers, async number =>
        {
            while ((await (number % 2 == 0 ? first : second).AcquireAsync(request)).IsGranted)
            {
                Interlocked.Increment(ref granted);
            }
        });

        Assert.Equal(limit, granted);
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ChargingKinds))]
    public async Task Concurrent_requests_of_many_dimensions_in_any_order_are_taken_whole_or_not_at_all(RateLimitRuleKind kind)
    {
        var (first, second) = await OpenTwiceAsync();
        var limit = _store.Repetitions * 2;
        var rule = await BeginLongAsync(kind, limit);
        var dimensions = Enumerable.Range(0, 6).Select(i => new RateLimitDimension(UniqueKey($"k{i}"), rule)).ToArray();
        var charged = new long[dimensions.Length];

        await SideBySide.RunAsync(Callers, async number =>
        {
            var random = new SeededRandom((ulong)number);
            for (var i = 0; i < _store.Repetitions; i++)
            {
                var costs = dimensions.Select((_, place) => (Place: place, Cost: (long)random.Between(1, 5), Order: random.NextUInt64()))
                    .OrderBy(one => one.Order).Take(random.Between(1, dimensions.Length)).ToArray();
                var request = new RateLimitRequest([.. costs.Select(one => dimensions[one.Place].WithCost(one.Cost))]);
                if ((await (number % 2 == 0 ? first : second).AcquireAsync(request)).IsGranted)
                {
                    foreach (var one in costs)
                    {
                        Interlocked.Add(ref charged[one.Place], one.Cost);
                    }
                }
            }
        });

        for (var i = 0; i < dimensions.Length; i++)
        {
            await AssertRemainingAsync(limit - charged[i], first, dimensions[i].Key, rule);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Never_more_leases_are_held_than_the_limit()
    {
        const int Limit = 3;
        var (first, second) = await OpenTwiceAsync();
        var request = Cost(UniqueKey(), RateLimitRule.Concurrency(Limit, TimeSpan.FromHours(1)));
        var (held, most) = (0, 0);

        await SideBySide.RunAsync(Callers, async number =>
        {
            var limiter = number % 2 == 0 ? first : second;
            for (var i = 0; i < _store.Repetitions; i++)
            {
                var decision = await limiter.AcquireAsync(request);
                if (!decision.IsGranted)
                {
                    await Task.Yield();
                    continue;
                }

                InterlockedMax(ref most, Interlocked.Increment(ref held));
                Assert.True(await limiter.RenewAsync(decision.Reservation!), "The lease was held, and could not be extended.");
                Interlocked.Decrement(ref held);
                Assert.True(await limiter.ReleaseAsync(decision.Reservation!), "The lease was held, and could not be given back.");
            }
        });

        Assert.InRange(most, 1, Limit);
        await TakeAsync(first, request.Dimensions[0].WithCost(Limit));
    }

    [Theory(Timeout = TimeLimit)]
    [MemberData(nameof(ChargingKinds))]
    public async Task Of_concurrent_endings_of_a_reservation_one_counts(RateLimitRuleKind kind)
    {
        var (first, second) = await OpenTwiceAsync();
        var rule = await BeginLongAsync(kind, RateLimitRule.MaxLimit);
        var key = UniqueKey();
        var held = new List<RateLimitReservation>();
        for (var i = 0; i < _store.Repetitions; i++)
        {
            held.Add(await ReserveAsync(first, Estimate(key, rule, 10)));
        }

        var endings = new ConcurrentBag<(int Reservation, long Cost)>();
        await SideBySide.RunAsync(4, async number =>
        {
            var limiter = number % 2 == 0 ? first : second;
            for (var i = 0; i < held.Count; i++)
            {
                var cost = number == 0 ? 10 : number * 7;
                if (await (number == 0 ? limiter.ReleaseAsync(held[i]) : limiter.SettleAsync(held[i], cost)))
                {
                    endings.Add((i, cost));
                }
            }
        });

        Assert.Equal(Enumerable.Range(0, held.Count), endings.Select(ending => ending.Reservation).Order());
        await AssertRemainingAsync(RateLimitRule.MaxLimit - endings.Sum(ending => ending.Cost), first, key, rule);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_reset_beside_other_calls_tears_nothing()
    {
        var (first, second) = await OpenTwiceAsync();
        var (tokens, slots) = (RateLimitRule.SlidingWindow(50, TimeSpan.FromHours(1)), RateLimitRule.Concurrency(10, TimeSpan.FromHours(1)));
        var key = UniqueKey();
        var request = new RateLimitRequest(RateLimitDimension.Estimate(key, tokens, 4), new RateLimitDimension(key, slots));

        await SideBySide.RunAsync(Callers, async number =>
        {
            var limiter = number % 2 == 0 ? first : second;
            for (var i = 0; i < _store.Repetitions; i++)
            {
                if (i % 10 == number)
                {
                    await limiter.ResetAsync(key, i % 20 < 10 ? tokens : slots);
                }

                if ((await limiter.AcquireAsync(request)).Reservation is { } held)
                {
                    await limiter.RenewAsync(held);
                    await (i % 2 == 0 ? limiter.SettleAsync(held, new long[] { i % 8, 1 }) : limiter.ReleaseAsync(held));
                }
            }
        });

        await AssertRemainingAsync(10, first, key, slots);
        await first.ResetAsync(key, tokens);
        await AssertRemainingAsync(50, first, key, tokens);
        for (var left = 9; left >= 0; left--)
        {
            await TakeAsync(first, request);
        }

        await AssertDeniedAsync(first, request);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        var known = Volatile.Read(ref most);
        while (value > known)
        {
            var seen = Interlocked.CompareExchange(ref most, value, known);
            if (seen == known)
            {
                return;
            }

            known = seen;
        }
    }

    /// <summary>A rule from which nothing returns as long as a fact lasts.</summary>
    private async Task<RateLimitRule> BeginLongAsync(RateLimitRuleKind kind, long limit)
    {
        var hours = TimeSpan.FromHours(10);
        var rule = kind == RateLimitRuleKind.TokenBucket ? RateLimitRule.TokenBucket(limit, 1, hours)
            : kind is RateLimitRuleKind.CalendarDay or RateLimitRuleKind.CalendarMonth ? RuleOf(kind, limit)
            : OfWindow(kind, limit, hours);
        await BeginAsync(rule, Window);
        return rule;
    }
}
