using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Backends;
using Pipeline.DependencyInjection;
using Pipeline.RateLimiting;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.Redis.Servers.Proxying;
using Xunit;

namespace Pipeline.Redis.RateLimiting;

/// <summary>A server that is down, silent, full, a replica, or holds somebody else's data.</summary>
public sealed partial class RedisRateLimiterFailureTests
{
    private const string Key = "tenant:acme";

    private static readonly TimeSpan Impatient = TimeSpan.FromMilliseconds(300);
    private static readonly RateLimitRule Window = RateLimitRule.SlidingWindow(10, TimeSpan.FromHours(1));
    private static readonly RateLimitRule Bucket = RateLimitRule.TokenBucket(10, 1, TimeSpan.FromHours(1));
    private static readonly RateLimitRule Day = RateLimitRule.PerMonth(10);
    private static readonly RateLimitRule Slots = RateLimitRule.Concurrency(10, TimeSpan.FromHours(1));
    private static readonly RateLimitRule[] Rules = [Window, Bucket, Day, Slots];

    private readonly string _prefix = RedisTestClient.NewPrefix();

    private static RateLimitRequest All => new([.. Rules.Select(rule => rule.Kind == RateLimitRuleKind.Concurrency ? new(Key, rule) : RateLimitDimension.Estimate(Key, rule, 3))]);

    [Fact]
    public async Task A_server_that_is_down_is_unavailable_and_used_again_when_it_is_back()
    {
        await using var server = await RedisServer.StartAsync(new RedisServerOptions { AppendFsync = "always" });
        await using var process = LimiterProcess.Start(server.ClientOptions(), _prefix);
        var held = (await process.Limiter.AcquireAsync(All)).Reservation!;
        await server.KillAsync();

        await EachCallAsync<BackendUnavailableException>(process.Limiter, held);

        await server.RestartAsync();
        await AnsweredAsync(process.Limiter);
        (await process.Limiter.SettleAsync(held, 1)).Should().BeTrue();
        foreach (var rule in Rules[..3])
        {
            await RemainingAsync(process.Limiter, rule, 9);
        }
    }

    [Fact]
    public async Task A_silent_network_ends_a_call_at_its_deadline()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = RedisProxy.Start(server.EndPoint);
        await using var process = LimiterProcess.Start(server.ClientOptions(proxy), _prefix, Impatient);
        var held = await HoldAsync(process.Limiter);
        proxy.Mode = ProxyMode.Stalled;

        await EachCallAsync<BackendUnavailableException>(process.Limiter, held);

        proxy.Mode = ProxyMode.Forwarding;
        await AnsweredAsync(process.Limiter);
    }

    [Fact]
    public async Task A_decision_whose_reply_was_lost_is_charged_once_and_a_settlement_can_be_repeated()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = RedisProxy.Start(server.EndPoint);
        await using var process = LimiterProcess.Start(server.ClientOptions(proxy), _prefix);
        var held = (await process.Limiter.AcquireAsync(All)).Reservation!;
        await process.Limiter.SettleAsync((await process.Limiter.AcquireAsync(RateLimitDimension.Estimate("tenant:other", Window, 3))).Reservation!, 1);

        await LoseReplyAsync(proxy, () => process.Limiter.AcquireAsync(All).AsTask());
        await AnsweredAsync(process.Limiter);
        await LoseReplyAsync(proxy, () => process.Limiter.SettleAsync(held, 1).AsTask());
        await AnsweredAsync(process.Limiter);
        (await process.Limiter.SettleAsync(held, 1)).Should().BeFalse("the first call counted");

        foreach (var rule in Rules[..3])
        {
            await RemainingAsync(process.Limiter, rule, 6);
        }

        await RemainingAsync(process.Limiter, Slots, 9);
    }

    [Fact]
    public async Task A_full_server_grants_nothing_charges_nothing_and_lets_reservations_end()
    {
        await using var server = await RedisServer.StartAsync();
        await using var process = LimiterProcess.Start(server.ClientOptions(), _prefix);
        var held = (await process.Limiter.AcquireAsync(All)).Reservation!;
        await process.Limiter.SettleAsync((await process.Limiter.AcquireAsync(RateLimitDimension.Estimate("tenant:other", Window, 3))).Reservation!, 1);
        await server.ExecuteAsync("CONFIG", "SET", "maxmemory", "1");

        foreach (var request in new RateLimitRequest[] { All, new RateLimitDimension(Key, Window), new RateLimitDimension(Key, Bucket), new RateLimitDimension(Key, Slots) })
        {
            (await process.Limiter.Invoking(limiter => limiter.AcquireAsync(request).AsTask()).Should().ThrowAsync<BackendUnavailableException>())
                .Which.Reason.Should().Contain("out of memory");
        }

        foreach (var rule in Rules[..3])
        {
            await RemainingAsync(process.Limiter, rule, 7);
        }

        (await process.Limiter.SettleAsync(held, 1)).Should().BeTrue();
        await server.ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        foreach (var rule in Rules[..3])
        {
            await RemainingAsync(process.Limiter, rule, 9);
        }

        await RemainingAsync(process.Limiter, Slots, 10);
    }

    [Fact]
    public async Task After_a_promotion_the_new_primary_goes_on_counting()
    {
        await using var pair = await RedisReplicaPair.StartAsync();
        var options = pair.Primary.ClientOptions();
        options.EndPoints.Add(pair.Replica.EndPoint);
        await using var process = LimiterProcess.Start(options, _prefix);
        (await process.Limiter.AcquireAsync(All)).IsGranted.Should().BeTrue();
        await pair.CatchUpAsync();
        await pair.PromoteAsync();
        await pair.DemoteOldPrimaryAsync();

        await AnsweredAsync(process.Limiter);
        (await process.Limiter.AcquireAsync(All)).IsGranted.Should().BeTrue();
        foreach (var rule in Rules[..3])
        {
            await RemainingAsync(process.Limiter, rule, 4);
        }
    }

    [Theory]
    [MemberData(nameof(ForeignValues))]
    public async Task What_the_suite_did_not_write_is_refused_and_left_alone(string stateId, string[] write)
    {
        await using var server = await RedisServer.StartAsync();
        await using var process = LimiterProcess.Start(server.ClientOptions(), _prefix);
        var rule = Rules.Single(rule => string.Equals(rule.StateId, stateId, StringComparison.Ordinal));
        var name = $"{_prefix}:limit:{stateId}:tenant:{{acme}}";
        await server.ExecuteAsync([write[0], name, .. write[1..]]);
        var before = await server.ExecuteAsync("DUMP", name);

        foreach (var call in new Func<IRateLimiter, Task>[]
        {
            async limiter => await limiter.AcquireAsync(new RateLimitDimension(Key, rule)),
            async limiter => await limiter.AcquireAsync(All),
            async limiter => await limiter.PeekAsync(new RateLimitDimension(Key, rule)),
        })
        {
            (await process.Limiter.Invoking(call).Should().ThrowAsync<BackendRefusedException>())
                .Which.Message.Should().Contain("emove that key").And.NotContain("acme");
        }

        (await server.ExecuteAsync("DUMP", name)).Should().Be(before);
        foreach (var other in Rules.Where(other => other != rule))
        {
            await RemainingAsync(process.Limiter, other, 10);
        }

        await process.Limiter.ResetAsync(Key, rule);
        await RemainingAsync(process.Limiter, rule, 10);
    }

    public static TheoryData<string, string[]> ForeignValues { get; } = new()
    {
        { Window.StateId, ["SET", "x"] },
        { Window.StateId, ["SET", new string('\u0013', 34)] },
        { Window.StateId, ["SET", new string('\u0013', 5)] },
        { Window.StateId, ["RPUSH", "x"] },
        { Bucket.StateId, ["SET", "x"] },
        { Bucket.StateId, ["SET", "\u0011" + new string('0', 19)] },
        { Bucket.StateId, ["SET", new string('9', 21)] },
        { Bucket.StateId, ["HSET", "x", "y"] },
        { Day.StateId, ["SET", ""] },
        { Day.StateId, ["SET", "\u0014\u0002" + new string('0', 30)] },
        { Day.StateId, ["SADD", "x"] },
        { Slots.StateId, ["SET", "x"] },
        { Slots.StateId, ["ZADD", "5", "x"] },
        { Slots.StateId, ["RPUSH", "x"] },
    };

    [Fact]
    public async Task A_slot_on_its_way_to_another_node_is_unavailable_or_served_and_nothing_is_lost_or_counted_twice()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var process = LimiterProcess.Start(cluster.ClientOptions(), _prefix);
        var granted = 0;
        var one = new RateLimitDimension(Key, RateLimitRule.SlidingWindow(1_000_000, TimeSpan.FromHours(1)));
        var several = new RateLimitRequest(one.WithCost(1), new RateLimitDimension(Key, RateLimitRule.TokenBucket(1_000_000, 1, TimeSpan.FromHours(1))));
        var slot = await cluster.SlotOfAsync("acme");
        await TakeAsync();
        var source = await cluster.MasterOfAsync(slot);
        var move = await cluster.BeginMoveAsync(slot, cluster.Nodes.First(node => node != source && cluster.Nodes.ToList().IndexOf(node) < 3));
        await TakeAsync();
        await move.MoveKeysAsync(1);
        await TakeAsync();
        await move.MoveKeysAsync();
        await TakeAsync();
        await move.FinishAsync();
        await TakeAsync();
        await Waiting.UntilAsync(() => process.Limiter.AcquireAsync(one.WithCost(0)).AsTask().ContinueWith(call => call.IsCompletedSuccessfully), "the slot to be served");

        (await process.Limiter.PeekAsync(one)).Remaining.Should().Be(1_000_000 - granted);

        async Task TakeAsync()
        {
            for (var i = 0; i < 20; i++)
            {
                try
                {
                    (await process.Limiter.AcquireAsync(i % 2 == 0 ? one : several)).IsGranted.Should().BeTrue();
                    granted++;
                }
                catch (BackendUnavailableException)
                {
                    // TRYAGAIN and the like: nothing ran.
                }
            }
        }
    }

    private static Task NormalAsync(IRateLimiter limiter, RateLimitRequest request) =>
        Waiting.UntilAsync(async () => !(await limiter.PeekAsync(request)).IsDegraded, "the backend to decide");

    private static async Task<RateLimitReservation> HoldAsync(RedisRateLimiter limiter)
    {
        RateLimitReservation? held = null;
        await Waiting.UntilAsync(
            async () =>
            {
                try
                {
                    held = (await limiter.AcquireAsync(All)).Reservation;
                    return true;
                }
                catch (BackendUnavailableException)
                {
                    return false;
                }
            },
            "an answer in so short a time");
        return held!;
    }

    private static async Task EachCallAsync<TException>(RedisRateLimiter limiter, RateLimitReservation held)
        where TException : Exception
    {
        foreach (var call in new Func<Task>[]
        {
            async () => await limiter.AcquireAsync(All), async () => await limiter.AcquireAsync(new RateLimitDimension(Key, Window)),
            async () => await limiter.AcquireAsync(new RateLimitDimension(Key, Bucket)), async () => await limiter.PeekAsync(All),
            async () => await limiter.SettleAsync(held, 1), async () => await limiter.ReleaseAsync(held), async () => await limiter.RenewAsync(held),
            async () => await limiter.ResetAsync("tenant:other", Window),
        })
        {
            (await call.Should().ThrowAsync<TException>()).Which.Message.Should().NotContain("acme");
        }
    }

    private static Task AnsweredAsync(RedisRateLimiter limiter) => Waiting.UntilAsync(
        () => limiter.AcquireAsync(new RateLimitDimension("tenant:asked", Bucket)).AsTask().ContinueWith(call => call.IsCompletedSuccessfully), "an answer");

    private static async Task RemainingAsync(RedisRateLimiter limiter, RateLimitRule rule, long expected) =>
        (await limiter.PeekAsync(new RateLimitDimension(Key, rule, 0))).Remaining.Should().Be(expected, "of {0}", rule);

    private static async Task LoseReplyAsync(RedisProxy proxy, Func<Task> call)
    {
        using var fault = proxy.DropReply("EVALSHA");
        await call.Should().ThrowAsync<BackendUnavailableException>();
        await fault.Happened;
    }
}
