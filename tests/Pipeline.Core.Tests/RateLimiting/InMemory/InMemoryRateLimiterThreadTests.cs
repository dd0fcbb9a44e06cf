using System.Collections.Concurrent;
using FluentAssertions;
using Pipeline.Conformance;
using Xunit;

namespace Pipeline.RateLimiting;

public class InMemoryRateLimiterThreadTests
{
    private const int Threads = 8;

    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan HangTime = TimeSpan.FromMinutes(2);

    private readonly ManualTimeProvider _clock = new();
    private readonly InMemoryRateLimiter _limiter;

    public InMemoryRateLimiterThreadTests() => _limiter = new(_clock);

    [Theory]
    [InlineData(RateLimitRuleKind.SlidingWindow)]
    [InlineData(RateLimitRuleKind.TokenBucket)]
    [InlineData(RateLimitRuleKind.FixedWindow)]
    public void Over_no_interval_do_many_threads_get_more_than_the_rule(RateLimitRuleKind kind)
    {
        const int Limit = 1_000;
        var rule = SampleRules.Of(kind, Limit, Window);
        var grants = new ConcurrentBag<(long Before, long After, long Cost)>();

        Run(Threads, number =>
        {
            var random = new Random(number);
            for (var i = 0; i < 4_000; i++)
            {
                // One thread has the clock, whose wall clock jumps where nothing depends on it.
                if (number == 0)
                {
                    _clock.Advance(TimeSpan.FromTicks(random.Next(5_000)));
                    _clock.SetUtcNow(kind == RateLimitRuleKind.FixedWindow ? _clock.GetUtcNow() : _clock.GetUtcNow().AddHours(random.Next(-99, 99)));
                }

                var (before, cost) = (TimeOf(kind), random.Next(1, 40));
                var decision = _limiter.Acquire(RateLimitDimension.Estimate("key", rule, cost));
                if (!decision.IsGranted)
                {
                    continue;
                }

                var after = TimeOf(kind);
                var actual = random.Next(3) == 0 ? random.Next(cost + 1) : cost;
                _limiter.Settle(decision.Reservation!, actual).Should().BeTrue();
                grants.Add((before, after, actual));
            }
        });

        var log = grants.OrderBy(grant => grant.Before).ToArray();
        log.Length.Should().BeGreaterThan(Limit / 40);
        foreach (var first in log)
        {
            var end = kind == RateLimitRuleKind.FixedWindow
                ? rule.GetWindowAt(new DateTimeOffset(first.Before, TimeSpan.Zero)).End.UtcTicks
                : first.Before + Window.Ticks;
            var burst = kind == RateLimitRuleKind.TokenBucket ? 2 : 1;
            log.Where(grant => grant.Before >= first.Before && grant.After < end).Sum(grant => grant.Cost).Should().BeLessThanOrEqualTo(Limit * burst);
        }
    }

    [Fact]
    public void Calls_of_every_sort_about_the_same_dimensions_in_any_order_never_wait_in_a_circle()
    {
        const int Keys = 24;
        RateLimitRuleKind[] kinds = [.. SampleRules.ChargingKinds, RateLimitRuleKind.Concurrency];
        var dimensions = Enumerable.Range(0, Keys).Select(i => kinds[i % kinds.Length] == RateLimitRuleKind.Concurrency
            ? new RateLimitDimension($"key-{i}", RateLimitRule.Concurrency(200, TimeSpan.FromDays(1)))
            : RateLimitDimension.Estimate($"key-{i}", SampleRules.Of(kinds[i % kinds.Length], 1_000_000, TimeSpan.FromDays(1)), 5)).ToArray();

        Run(Threads, number =>
        {
            var random = new Random(number);
            var held = new Queue<RateLimitReservation>();
            for (var i = 0; i < 5_000; i++)
            {
                var chosen = dimensions.OrderBy(_ => random.Next()).Take(random.Next(1, RateLimitRequest.MaxDimensions + 1)).ToArray();
                if (_limiter.Acquire(new RateLimitRequest(chosen)).Reservation is { } reservation)
                {
                    held.Enqueue(reservation);
                }

                _limiter.Peek(new RateLimitRequest([.. chosen.Reverse()]));
                if (held.Count > 3)
                {
                    var ended = held.Dequeue();
                    _limiter.Renew(ended).Should().BeTrue();
                    (i % 2 == 0 ? _limiter.Release(ended) : _limiter.Settle(ended, [.. ended.Request.Dimensions.ToArray().Select(_ => i % 10L)]))
                        .Should().BeTrue();
                }
            }

            foreach (var last in held)
            {
                _limiter.Release(last).Should().BeTrue();
            }
        });

        _limiter.Counts.Reservations.Should().Be(0);
        foreach (var slots in dimensions.Where(dimension => dimension.Rule.Kind == RateLimitRuleKind.Concurrency))
        {
            _limiter.Peek(slots).Remaining.Should().Be(200);
        }
    }

    [Fact]
    public void Requests_are_granted_whole_or_not_at_all()
    {
        const int Limit = 5_000;
        var dimensions = Enumerable.Range(0, 16).Select(i => new RateLimitDimension($"key-{i}", RateLimitRule.PerMonth(Limit))).ToArray();
        var charged = new long[dimensions.Length];

        Run(Threads, number =>
        {
            var random = new Random(number);
            for (var i = 0; i < 3_000; i++)
            {
                var places = Enumerable.Range(0, dimensions.Length).OrderBy(_ => random.Next()).Take(random.Next(1, 17)).ToArray();
                var cost = random.Next(1, 6);
                if (_limiter.Acquire(new RateLimitRequest([.. places.Select(place => dimensions[place].WithCost(cost))])).IsGranted)
                {
                    foreach (var place in places)
                    {
                        Interlocked.Add(ref charged[place], cost);
                    }
                }
            }
        });

        for (var i = 0; i < dimensions.Length; i++)
        {
            _limiter.Peek(dimensions[i]).Remaining.Should().Be(Limit - charged[i]);
        }

        charged.Max().Should().BeGreaterThan(Limit - 6);
    }

    [Fact]
    public void Sweeps_beside_calls_lose_nothing_that_counts()
    {
        const int Limit = 50;
        var granted = new long[64];

        Run(Threads, number =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                _clock.Advance(TimeSpan.FromMilliseconds(2));
                _limiter.Acquire(new RateLimitDimension($"short-{number}-{i}", RateLimitRule.SlidingWindow(1, TimeSpan.FromMilliseconds(5))));
                if (_limiter.Acquire(new RateLimitDimension($"long-{i % granted.Length}", RateLimitRule.SlidingWindow(Limit, TimeSpan.FromDays(1)))).IsGranted)
                {
                    Interlocked.Increment(ref granted[i % granted.Length]);
                }
            }
        });

        granted.Should().OnlyContain(count => count == Limit);
        _limiter.Counts.States.Should().BeLessThan(10_000);
    }

    [Fact]
    public void Sweeps_beside_calls_make_no_bucket_full_that_is_not()
    {
        var refill = TimeSpan.FromMilliseconds(5);
        var granted = new long[16];

        Run(Threads, number =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                _clock.Advance(TimeSpan.FromTicks(10_000));
                _limiter.Acquire(new RateLimitDimension($"once-{number}-{i}", RateLimitRule.SlidingWindow(1, refill)));
                if (_limiter.Acquire(new RateLimitDimension($"bucket-{i % granted.Length}", RateLimitRule.TokenBucket(1, 1, refill))).IsGranted)
                {
                    Interlocked.Increment(ref granted[i % granted.Length]);
                }
            }
        });

        var most = (Threads * 20_000 / refill.TotalMilliseconds) + 1;
        granted.Should().OnlyContain(count => count > most / 100 && count <= most);
    }

    private long TimeOf(RateLimitRuleKind kind) => kind == RateLimitRuleKind.FixedWindow ? _clock.GetUtcNow().UtcTicks : _clock.GetTimestamp();

    private static void Run(int threads, Action<int> work)
    {
        var failures = new ConcurrentBag<Exception>();
        var running = Enumerable.Range(0, threads).Select(number => new Thread(() =>
        {
            try
            {
                work(number);
            }
            catch (Exception failure)
            {
                failures.Add(failure);
            }
        })
        { IsBackground = true }).ToArray();
        Array.ForEach(running, thread => thread.Start());
        running.Should().OnlyContain(thread => thread.Join(HangTime), "no call waits for ever");
        failures.Should().BeEmpty();
    }
}
