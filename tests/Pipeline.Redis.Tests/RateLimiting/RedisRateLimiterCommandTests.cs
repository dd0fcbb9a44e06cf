using FluentAssertions;
using Pipeline.RateLimiting;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.Redis.Servers.Proxying;
using Xunit;

namespace Pipeline.Redis.RateLimiting;

/// <summary>What goes over the wire, and what stays on the server.</summary>
public sealed class RedisRateLimiterCommandTests : IAsyncLifetime
{
    private const long Kilobyte = 1_024;
    private const int Charges = 10_000;

    private readonly string _prefix = RedisTestClient.NewPrefix();
    private RedisServer _server = null!;
    private RedisProxy _proxy = null!;
    private LimiterProcess _process = null!;

    public static TheoryData<string, RateLimitRule> Rules { get; } = new()
    {
        { "bucket", RateLimitRule.TokenBucket(RateLimitRule.MaxLimit, TimeSpan.FromMinutes(1)) },
        { "short window", RateLimitRule.SlidingWindow(RateLimitRule.MaxLimit, TimeSpan.FromMilliseconds(400)) },
        { "shortest window", RateLimitRule.SlidingWindow(RateLimitRule.MaxLimit, RateLimitRule.MinWindow) },
        { "long window", RateLimitRule.SlidingWindow(RateLimitRule.MaxLimit, RateLimitRule.MaxWindow) },
        { "fixed windows", RateLimitRule.FixedWindow(RateLimitRule.MaxLimit, TimeSpan.FromMilliseconds(50)) },
        { "days", RateLimitRule.PerDay(RateLimitRule.MaxLimit) },
        { "months", RateLimitRule.PerMonth(RateLimitRule.MaxLimit) },
    };

    private RedisRateLimiter Limiter => _process.Limiter;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _proxy = RedisProxy.Start(_server.EndPoint);
        _process = LimiterProcess.Start(_server.ClientOptions(_proxy), _prefix);
    }

    public async Task DisposeAsync()
    {
        await _process.DisposeAsync();
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(16)]
    public async Task A_decision_is_one_command_however_many_dimensions_it_has(int count)
    {
        var request = Several(count);
        var held = Several(count, estimates: true);
        await UseAsync(request, held);
        _proxy.ResetCounts();

        await UseAsync(request, held);

        // Take, peek, take, renew, settle, take, release, reset.
        _proxy.Counts().Should().Match<CommandCounts>(counts => counts["DEL"] == 1 && counts["EVALSHA"] == 7 && counts.Operations == 8);
    }

    [Fact]
    public async Task What_needs_no_server_asks_none()
    {
        var off = new RateLimitDimension("key", RateLimitRule.Unlimited);
        await Limiter.AcquireAsync(new RateLimitDimension("key", RateLimitRule.PerDay(5)));
        _proxy.ResetCounts();

        (await Limiter.AcquireAsync(off)).Should().Be(RateLimitDecision.Unlimited);
        (await Limiter.PeekAsync(new RateLimitRequest(off, off))).Should().Be(RateLimitDecision.Unlimited);
        var free = new RateLimitReservation(Guid.NewGuid(), RateLimitDimension.Estimate("key", RateLimitRule.PerDay(5), 1));
        (await Limiter.RenewAsync(free)).Should().BeTrue();

        _proxy.Counts().Operations.Should().Be(0);
    }

    [Fact]
    public async Task Scripts_that_the_server_forgot_are_sent_once_more()
    {
        await UseAsync(Several(3), Several(3, estimates: true));
        await _server.ExecuteAsync("SCRIPT", "FLUSH");

        await UseAsync(Several(3), Several(3, estimates: true));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task A_state_takes_less_than_a_kilobyte_however_often_it_is_charged(string name, RateLimitRule rule)
    {
        var dimension = new RateLimitDimension($"rule:4:test:calls:tenant:{name}", rule, 1_234_567);
        var estimate = RateLimitDimension.Estimate(dimension.Key, rule, 1_234_567);
        var most = 0L;
        for (var round = 0; round < 50; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, Charges / 50).Select(number => Limiter.AcquireAsync(number == 0 ? estimate : dimension).AsTask()));
            foreach (var key in await KeysAsync($"{_prefix}:limit:{rule.StateId}:*"))
            {
                most = Math.Max(most, await MemoryAsync(key));
            }
        }

        most.Should().BeInRange(1, Kilobyte, "of {0}", name);
    }

    [Fact]
    public async Task A_lease_takes_a_record_and_nothing_stays_of_it()
    {
        var rule = RateLimitRule.Concurrency(RateLimitRule.MaxLimit, TimeSpan.FromMinutes(1));
        var dimension = new RateLimitDimension("tenant:acme", rule);
        var held = await Task.WhenAll(Enumerable.Range(0, Charges).Select(_ => Limiter.AcquireAsync(dimension).AsTask()));
        var key = (await KeysAsync("*")).Should().ContainSingle().Subject;

        (await MemoryAsync(key)).Should().BeLessThan(Charges * Kilobyte / 4);
        await Task.WhenAll(held.Select(decision => Limiter.ReleaseAsync(decision.Reservation!).AsTask()));

        (await KeysAsync("*")).Should().BeEmpty();
    }

    [Fact]
    public async Task Every_key_runs_out()
    {
        foreach (var kinds in new[] { false, true })
        {
            for (var i = 0; i < 5; i++)
            {
                var decision = await Limiter.AcquireAsync(Several(12, estimates: kinds));
                if (decision.Reservation is { } held && i > 0)
                {
                    await (i % 2 == 0 ? Limiter.SettleAsync(held, i * 100_000_000_000L) : Limiter.SettleAsync(held, 0));
                }
            }
        }

        var keys = await KeysAsync("*");
        keys.Should().HaveCountGreaterThan(12);
        foreach (var key in keys)
        {
            ((long)(await _server.ExecuteAsync("PTTL", key))!).Should().BePositive("{0} must vanish", key);
        }
    }

    [Fact]
    public async Task A_state_vanishes_when_it_is_as_good_as_new_and_not_before()
    {
        var window = TimeSpan.FromMilliseconds(600);
        RateLimitRule[] rules =
        [
            RateLimitRule.SlidingWindow(3, window), RateLimitRule.TokenBucket(3, window), RateLimitRule.Concurrency(3, window),
        ];
        var request = new RateLimitRequest([.. rules.Select(rule => new RateLimitDimension("tenant:acme", rule, 3))]);
        (await Limiter.AcquireAsync(request)).IsGranted.Should().BeTrue();
        var denied = await Limiter.AcquireAsync(request);
        denied.RetryAfter.Should().BePositive().And.BeLessThanOrEqualTo(window);

        await Task.Delay(denied.RetryAfter + TimeSpan.FromMilliseconds(1));

        (await Limiter.AcquireAsync(request)).IsGranted.Should().BeTrue();
        await Waiting.UntilAsync(async () => (await KeysAsync("*")).Count == 0, "all keys to vanish");
    }

    private static RateLimitRequest Several(int count, bool estimates = false) => new([.. Enumerable.Range(0, count).Select(number =>
    {
        var rule = (number % 6) switch
        {
            0 => RateLimitRule.SlidingWindow(1_000_000, TimeSpan.FromMinutes(number + 1)),
            1 => RateLimitRule.TokenBucket(1_000_000, TimeSpan.FromMinutes(number + 1)),
            2 => RateLimitRule.FixedWindow(1_000_000, TimeSpan.FromMinutes(number + 1)),
            3 => RateLimitRule.PerDay(1_000_000),
            4 => RateLimitRule.Concurrency(1_000_000, TimeSpan.FromMinutes(number + 1)),
            _ => RateLimitRule.PerMonth(1_000_000),
        };
        var key = $"rule:4:test:calls:user:4:acme:ada{number}";
        return estimates && rule.Kind != RateLimitRuleKind.Concurrency ? RateLimitDimension.Estimate(key, rule, 5) : new RateLimitDimension(key, rule, 5);
    })]);

    private async Task UseAsync(RateLimitRequest request, RateLimitRequest held)
    {
        (await Limiter.AcquireAsync(request)).IsGranted.Should().BeTrue();
        (await Limiter.PeekAsync(request)).IsGranted.Should().BeTrue();
        var settled = (await Limiter.AcquireAsync(held)).Reservation!;
        if (request.Count > 4)
        {
            (await Limiter.RenewAsync(settled)).Should().BeTrue();
        }
        else
        {
            await Limiter.PeekAsync(request);
        }

        (await Limiter.SettleAsync(settled, 1)).Should().BeTrue();
        (await Limiter.ReleaseAsync((await Limiter.AcquireAsync(held)).Reservation!)).Should().BeTrue();
        await Limiter.ResetAsync(request.Dimensions[0].Key, request.Dimensions[0].Rule);
    }

    private async Task<IReadOnlyList<string>> KeysAsync(string pattern) =>
        [.. ((object?[])(await _server.ExecuteAsync("KEYS", pattern))!).Cast<string>()];

    private async Task<long> MemoryAsync(string key) => (long?)await _server.ExecuteAsync("MEMORY", "USAGE", key) ?? 0;
}
