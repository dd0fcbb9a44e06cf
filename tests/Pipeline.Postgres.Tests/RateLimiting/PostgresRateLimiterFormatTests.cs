using FluentAssertions;
using Pipeline.Postgres.Fixtures;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Postgres.RateLimiting;

/// <summary>The rows that docs/formats.md shows: what stands on the server after some charges at 2026-01-02 03:04:05.678901.</summary>
public sealed class PostgresRateLimiterFormatTests : IAsyncLifetime
{
    private const string Key = "tenant:acme";

    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddMicroseconds(1_767_323_045_678_901);

    private TestClock _clock = null!;
    private ManualClockTestStore _store = null!;
    private IRateLimiter _limiter = null!;

    public async Task InitializeAsync()
    {
        _clock = await TestClock.StartAsync(PostgresTopologyKind.Node, isManual: true);
        _store = await ManualClockTestStore.StartAsync(_clock);
        _limiter = await _store.OpenAsync(TimeSpan.Zero);
        await _store.SetServerTimeAsync(Start);
    }

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _clock.Dispose();
    }

    [Fact]
    public async Task A_bucket()
    {
        var rule = RateLimitRule.TokenBucket(100, 7, TimeSpan.FromMinutes(1));
        await TakeAsync(new RateLimitDimension(Key, rule, 30));
        await _store.AdvanceAsync(TimeSpan.FromSeconds(1));
        await TakeAsync(new RateLimitDimension(Key, rule, 5));

        (await StateAsync("t60000")).Should().Be("1 {34,53000000,1767323046678901} - 1767323903821760");
    }

    [Fact]
    public async Task A_bucket_with_an_estimate_and_its_record()
    {
        var rule = RateLimitRule.TokenBucket(100, 7, TimeSpan.FromMinutes(1));
        var held = (await TakeAsync(RateLimitDimension.Estimate(Key, rule, 30))).Reservation!;

        (await StateAsync("t60000")).Should().Be("1 {30,0,1767323045678901,1767323045678901,30} - 1767323902821760");
        (await TextAsync($"SELECT concat_ws(' ', format, expires_at, marks) FROM {_clock.Schema}.limit_reservations WHERE id = '{held.Id}'"))
            .Should().Be("1 1767326645678901 {0,1767323045678901,30}");
    }

    [Fact]
    public async Task A_sliding_window()
    {
        var rule = RateLimitRule.SlidingWindow(100, TimeSpan.FromMinutes(1));
        await TakeAsync(new RateLimitDimension(Key, rule, 30));
        await _store.AdvanceAsync(TimeSpan.FromSeconds(10));
        await TakeAsync(new RateLimitDimension(Key, rule, 5));

        (await StateAsync("s60000")).Should().Be("1 {1767323045678901,35,1767323055678901,5,30} {1985433397} 1767323115678902");
    }

    [Fact]
    public async Task Fixed_windows()
    {
        await TakeAsync(new RateLimitDimension(Key, RateLimitRule.PerMonth(100), 30));

        (await StateAsync("m")).Should().Be("1 {1767323045678901,1767225600000,1767225600000,1769904000000,30} - 1769907600000901");
    }

    [Fact]
    public async Task Leases()
    {
        var held = (await TakeAsync(new RateLimitDimension(Key, RateLimitRule.Concurrency(10, TimeSpan.FromSeconds(1)), 3))).Reservation!;

        (await StateAsync("c")).Should().Be("1 {3} - 1767323046678901");
        (await TextAsync($"SELECT concat_ws(' ', key, id, cost, expires_at) FROM {_clock.Schema}.limit_leases")).Should().Be($"{Key} {held.Id} 3 1767323046678901");
    }

    private async Task<RateLimitDecision> TakeAsync(RateLimitRequest request)
    {
        var decision = await _limiter.AcquireAsync(request);
        decision.IsGranted.Should().BeTrue();
        return decision;
    }

    private Task<string> StateAsync(string stateId) => TextAsync(
        $"SELECT concat_ws(' ', format, state, coalesce(times::text, '-'), expires_at) FROM {_clock.Schema}.limits WHERE key = '{Key}' AND state_id = '{stateId}'");

    private async Task<string> TextAsync(string sql)
    {
        await using var command = _clock.Source.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
