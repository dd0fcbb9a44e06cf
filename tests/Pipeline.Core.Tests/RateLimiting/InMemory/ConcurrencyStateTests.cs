using FluentAssertions;
using Xunit;

namespace Pipeline.RateLimiting;

public class ConcurrencyStateTests
{
    [Fact]
    public void Any_sequence_of_leases_is_held_as_in_a_plain_list()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var limit = random.Next(1, 50);
            var rules = Enumerable.Range(1, 4).Select(i => RateLimitRule.Concurrency(limit, TimeSpan.FromMilliseconds(i * random.Next(1, 10)))).ToArray();
            var (state, held, now) = (new ConcurrencyState("key", rules[0], 0), new List<(Lease Lease, long Until, RateLimitRule Rule)>(), 0L);
            for (var i = 0; i < 500; i++)
            {
                now += random.Next(3) == 0 ? random.Next(100_000) : 0;
                var ended = held.Where(one => one.Until <= now).ToList();
                held.RemoveAll(one => one.Until <= now);
                ended.Exists(one => state.Holds(one.Lease, now)).Should().BeFalse();
                switch (random.Next(4))
                {
                    case 0 when held.Count > 0:
                        var released = held[random.Next(held.Count)];
                        state.Holds(released.Lease, now).Should().BeTrue();
                        state.ReleaseIfHeld(released.Lease, now);
                        held.Remove(released);
                        break;
                    case 1 when held.Count > 0:
                        var renewed = held[random.Next(held.Count)];
                        state.Holds(renewed.Lease, now).Should().BeTrue();
                        ConcurrencyState.Renew(renewed.Lease, now);
                        held[held.IndexOf(renewed)] = renewed with { Until = now + renewed.Rule.Window.Ticks };
                        break;
                    default:
                        Take(state, held, rules[random.Next(rules.Length)], random.Next(limit + 1), now);
                        break;
                }
            }
        }
    }

    private static void Take(ConcurrencyState state, List<(Lease Lease, long Until, RateLimitRule Rule)> held, RateLimitRule rule, int cost, long now)
    {
        var used = held.Sum(one => one.Lease.Cost);
        var excess = used + Math.Max(1, cost) - rule.Limit;
        var standing = state.Take(new RateLimitDimension("key", rule, cost), new LimiterMoment(now, 0));

        standing.IsGranted.Should().Be(excess <= 0);
        if (standing.IsGranted && cost > 0)
        {
            held.Add((state.LastCharge().Lease!, now + rule.Window.Ticks, rule));
            used += cost;
        }

        standing.Remaining.Should().Be(rule.Limit - used);
        standing.ResetAfter.Should().Be(held.Select(one => one.Until - now).DefaultIfEmpty().Max());
        var due = 0L;
        foreach (var one in standing.IsGranted ? [] : held.OrderBy(one => one.Until).ToArray())
        {
            excess -= one.Lease.Cost;
            due = one.Until - now;
            if (excess <= 0)
            {
                break;
            }
        }

        standing.RetryAfter.Should().Be(due);
    }
}
