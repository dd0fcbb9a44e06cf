using FluentAssertions;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Backends;
using Pipeline.RateLimiting;
using Pipeline.Redis.Fixtures;
using StackExchange.Redis;
using Xunit;

namespace Pipeline.Redis.RateLimiting;

/// <summary>The bytes that docs/formats.md shows: what stands on the server after some charges at 2026-01-02 03:04:05.678901.</summary>
public sealed class RedisRateLimiterFormatTests : IAsyncLifetime
{
    private const long Microseconds = 1_767_323_045_678_901;
    private const string Key = "tenant:acme";

    private readonly string _prefix = RedisTestClient.NewPrefix();
    private RedisConnection _connection = null!;
    private RedisRateLimiter _limiter = null!;

    public async Task InitializeAsync()
    {
        _connection = RedisTestClient.Connect(await RedisTestClient.OptionsAsync(RedisTopologyKind.Node), _prefix);
        _limiter = new RedisRateLimiter(_connection, NullLogger<RedisRateLimiter>.Instance, RewrittenScripts.ByHand($"{_prefix}:clock"));
        await SetClockAsync(Microseconds);
    }

    public async Task DisposeAsync() => await _connection.DisposeAsync();

    [Fact]
    public async Task A_bucket()
    {
        var rule = RateLimitRule.TokenBucket(100, 7, TimeSpan.FromMinutes(1));
        await TakeAsync(new RateLimitDimension(Key, rule, 30));
        await SetClockAsync(Microseconds + 1_000_000);
        await TakeAsync(new RateLimitDimension(Key, rule, 5));

        (await HexAsync("limit:t60000:tenant:{acme}")).Should().Be("11" + "22000000000000" + "40b728030000" + "759166f65e4706");
    }

    [Fact]
    public async Task A_bucket_with_an_estimate_and_its_record()
    {
        var rule = RateLimitRule.TokenBucket(100, 7, TimeSpan.FromMinutes(1));
        var held = (await TakeAsync(RateLimitDimension.Estimate(Key, rule, 30))).Reservation!;

        (await HexAsync("limit:t60000:tenant:{acme}")).Should().Be(
            "12" + "1e000000000000" + "000000000000" + "354f57f65e4706" + "354f57f65e4706" + "1e0000000000");
        (await HexAsync($"limit:r:{{acme}}:{held.Id:N}")).Should().Be("15" + "35f3eacc5f4706" + "00" + "354f57f65e4706" + "1e000000000000");
    }

    [Fact]
    public async Task A_sliding_window()
    {
        var rule = RateLimitRule.SlidingWindow(100, TimeSpan.FromMinutes(1));
        await TakeAsync(new RateLimitDimension(Key, rule, 30));
        await SetClockAsync(Microseconds + 10_000_000);
        await TakeAsync(new RateLimitDimension(Key, rule, 5));

        (await HexAsync("limit:s60000:tenant:{acme}")).Should().Be(
            "13" + "01" + "354f57f65e4706" + "23000000000000" + "b5e5eff65e4706" + "05000000000000" + "354f57f6" + "354f57f6" + "1e000000000000");
    }

    [Fact]
    public async Task Fixed_windows()
    {
        await TakeAsync(new RateLimitDimension(Key, RateLimitRule.PerMonth(100), 30));

        (await HexAsync("limit:m:tenant:{acme}")).Should().Be(
            "14" + "01" + "354f57f65e4706" + "00a8da769b01" + "00a8da769b01" + "00cc7f169c01" + "1e000000000000");
    }

    [Fact]
    public async Task Leases()
    {
        var held = (await TakeAsync(new RateLimitDimension(Key, RateLimitRule.Concurrency(10, TimeSpan.FromSeconds(1)), 3))).Reservation!;

        var members = await _connection.CallAsync(
            "read", $"{_prefix}:limit:c:tenant:{{acme}}", static (session, key) => session.Database.SortedSetRangeByRankWithScoresAsync(key));
        members.Select(member => (Convert.ToHexStringLower((byte[])member.Element!), member.Score)).Should().Equal(
            ("", 3d), (Convert.ToHexStringLower([.. held.Id.ToByteArray(), (byte)'3']), Microseconds + 1_000_000d));
    }

    private async Task<RateLimitDecision> TakeAsync(RateLimitRequest request)
    {
        var decision = await _limiter.AcquireAsync(request);
        decision.IsGranted.Should().BeTrue();
        return decision;
    }

    private async Task SetClockAsync(long microseconds) => await _connection.CallAsync(
        "clock",
        (Key: $"{_prefix}:clock", Text: $"{microseconds / 1_000_000} {microseconds % 1_000_000}"),
        static (session, call) => session.Database.StringSetAsync(call.Key, call.Text, TimeSpan.FromMinutes(1)));

    private async Task<string> HexAsync(string key) => Convert.ToHexStringLower((byte[])(await _connection.CallAsync(
        "read", $"{_prefix}:{key}", static (session, key) => session.Database.StringGetAsync(key)))!);
}
