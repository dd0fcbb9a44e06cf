using FluentAssertions;
using Pipeline.Conformance;
using Pipeline.Postgres.Fixtures;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Postgres.RateLimiting;

/// <summary>What the server is asked, and what stays on it.</summary>
public sealed class PostgresRateLimiterStatementTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const int Kilobyte = 1_024;
    private const int Charges = 4_000;

    private LimiterProcess _process = null!;

    public static TheoryData<string, RateLimitRule> Rules { get; } = new()
    {
        { "bucket", RateLimitRule.TokenBucket(RateLimitRule.MaxLimit, TimeSpan.FromMinutes(1)) },
        { "short window", RateLimitRule.SlidingWindow(RateLimitRule.MaxLimit, TimeSpan.FromMilliseconds(400)) },
        { "shortest window", RateLimitRule.SlidingWindow(RateLimitRule.MaxLimit, RateLimitRule.MinWindow) },
        { "long window", RateLimitRule.SlidingWindow(RateLimitRule.MaxLimit, RateLimitRule.MaxWindow) },
        { "fixed windows", RateLimitRule.FixedWindow(RateLimitRule.MaxLimit, TimeSpan.FromMilliseconds(50)) },
        { "months", RateLimitRule.PerMonth(RateLimitRule.MaxLimit) },
    };

    private PostgresRateLimiter Limiter => _process.Limiter;

    public async Task InitializeAsync()
    {
        _process = await LimiterProcess.StartAsync(fixture.ConnectionString);
        await RunAsync("TRUNCATE pipeline.limits, pipeline.limit_leases, pipeline.limit_reservations");
    }

    public async Task DisposeAsync() => await _process.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(16)]
    public async Task A_call_is_one_statement_however_many_dimensions_it_has(int count)
    {
        var (request, held) = (Several(count), Several(count, estimates: true));
        var counter = new StatementCounter(fixture.Node, fixture.Database);
        await UseAsync(request, held);
        await counter.ResetAsync();

        await UseAsync(request, held);

        // Take, peek, take, renew, settle, take, release, reset.
        var counts = await counter.ReadAsync();
        counts.Operations.Should().Be(8, "{0}", counts);
        (counts["limiter_acquire"], counts["limiter_end"], counts["limiter_renew"], counts["limiter_reset"]).Should().Be((4, 2, 1, 1), "{0}", counts);
    }

    [Fact]
    public async Task What_needs_no_server_asks_none()
    {
        var off = new RateLimitDimension("key", RateLimitRule.Unlimited);
        await Limiter.AcquireAsync(new RateLimitDimension("key", RateLimitRule.PerDay(5)));
        var counter = new StatementCounter(fixture.Node, fixture.Database);
        await counter.ResetAsync();

        (await Limiter.AcquireAsync(off)).Should().Be(RateLimitDecision.Unlimited);
        (await Limiter.PeekAsync(new RateLimitRequest(off, off))).Should().Be(RateLimitDecision.Unlimited);
        var free = new RateLimitReservation(Guid.NewGuid(), RateLimitDimension.Estimate("key", RateLimitRule.PerDay(5), 1));
        (await Limiter.RenewAsync(free)).Should().BeTrue();

        (await counter.ReadAsync()).Operations.Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task A_state_takes_less_than_a_kilobyte_however_often_it_is_charged(string name, RateLimitRule rule)
    {
        var dimension = new RateLimitDimension($"rule:4:test:calls:tenant:{name}", rule, 1_234_567);
        var estimate = RateLimitDimension.Estimate(dimension.Key, rule, 1_234_567);
        var most = 0L;
        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(async caller =>
            {
                for (var i = 0; i < Charges / 80; i++)
                {
                    await Limiter.AcquireAsync(caller + i == 0 ? estimate : dimension);
                }
            }));
            most = Math.Max(most, await NumberAsync("SELECT max(pg_column_size(l.*)) FROM pipeline.limits l"));
        }

        most.Should().BeInRange(1, Kilobyte, "of {0}", name);
    }

    [Fact]
    public async Task A_charge_touches_no_index()
    {
        var request = new RateLimitRequest(
            new RateLimitDimension("tenant:acme", RateLimitRule.TokenBucket(Charges, TimeSpan.FromMinutes(1))), new RateLimitDimension("tenant:acme", RateLimitRule.PerMonth(Charges)));
        for (var i = 0; i < 500; i++)
        {
            await Limiter.AcquireAsync(request);
        }

        // Another session's look at the database holds old versions back for a moment, so that a few more pages than one are taken; without reuse it would be a hundred.
        (await NumberAsync("SELECT pg_relation_size('pipeline.limits') / 8192")).Should().BeLessThan(40);
    }

    [Fact]
    public async Task A_denial_writes_nothing_and_waits_for_nobody()
    {
        var full = new RateLimitDimension("tenant:acme", RateLimitRule.PerMonth(1));
        await Limiter.AcquireAsync(full);
        await using var connection = await fixture.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new Npgsql.NpgsqlCommand("SELECT 1 FROM pipeline.limits FOR UPDATE", connection, transaction);
        await command.ExecuteNonQueryAsync();
        var before = await NumberAsync("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint");

        for (var i = 0; i < 10; i++)
        {
            (await Limiter.AcquireAsync(full)).IsGranted.Should().BeFalse();
        }

        // Others write in other databases of the server.
        (await NumberAsync("SELECT count(*) FROM pipeline.limits WHERE xmin::text::bigint > " + before)).Should().Be(0);
    }

    [Fact]
    public async Task Nothing_stays_of_leases_and_reservations_that_are_ended()
    {
        var rule = RateLimitRule.Concurrency(RateLimitRule.MaxLimit, TimeSpan.FromMinutes(1));
        var request = new RateLimitRequest(new RateLimitDimension("tenant:acme", rule, 3), RateLimitDimension.Estimate("tenant:acme", RateLimitRule.PerMonth(Charges), 1));
        var held = new List<RateLimitReservation>();
        for (var i = 0; i < 200; i++)
        {
            held.Add((await Limiter.AcquireAsync(request)).Reservation!);
        }

        (await NumberAsync("SELECT max(pg_column_size(l.*)) FROM pipeline.limit_leases l")).Should().BeLessThan(Kilobyte / 4);
        (await NumberAsync("SELECT max(pg_column_size(r.*)) FROM pipeline.limit_reservations r")).Should().BeLessThan(Kilobyte / 4);
        foreach (var one in held)
        {
            (await Limiter.SettleAsync(one, 1)).Should().BeTrue();
        }

        (await NumberAsync("SELECT (SELECT count(*) FROM pipeline.limit_leases) + (SELECT count(*) FROM pipeline.limit_reservations)")).Should().Be(0);
    }

    [Fact]
    public async Task Idle_keys_vanish_with_their_leases_while_calls_come()
    {
        var time = new ManualTimeProvider();
        await using var process = await LimiterProcess.StartAsync(fixture.ConnectionString, TimeSpan.FromMinutes(5), time);
        var lasting = new RateLimitDimension("lasting", RateLimitRule.PerMonth(1_000_000));
        for (var i = 0; i < 50; i++)
        {
            await process.Limiter.AcquireAsync(new RateLimitRequest(
                new RateLimitDimension($"idle {i}", RateLimitRule.SlidingWindow(10, TimeSpan.FromMilliseconds(1))),
                new RateLimitDimension($"idle {i}", RateLimitRule.Concurrency(10, TimeSpan.FromMilliseconds(1)))));
        }

        (await NumberAsync("SELECT count(*) FROM pipeline.limits")).Should().Be(100, "a clock that was set forward may be set back within a minute");
        time.Advance(TimeSpan.FromMinutes(1));
        await process.Limiter.AcquireAsync(lasting);
        time.Advance(TimeSpan.FromMinutes(1));

        await Waiting.UntilAsync(
            async () =>
            {
                await process.Limiter.AcquireAsync(lasting);
                return await NumberAsync("SELECT count(*) FROM pipeline.limits") == 1;
            },
            "expired states to go");
        (await NumberAsync("SELECT count(*) FROM pipeline.limit_leases")).Should().Be(0);
    }

    private static RateLimitRequest Several(int count, bool estimates = false)
    {
        var rules = new[]
        {
            RateLimitRule.TokenBucket(RateLimitRule.MaxLimit, TimeSpan.FromMinutes(1)), RateLimitRule.SlidingWindow(RateLimitRule.MaxLimit, TimeSpan.FromMinutes(1)),
            RateLimitRule.PerDay(RateLimitRule.MaxLimit), RateLimitRule.Concurrency(RateLimitRule.MaxLimit, TimeSpan.FromMinutes(1)),
        };
        return new([.. Enumerable.Range(0, count).Select(i => estimates && rules[i % 4].Kind != RateLimitRuleKind.Concurrency
            ? RateLimitDimension.Estimate($"tenant:{i}", rules[i % 4], 5)
            : new RateLimitDimension($"tenant:{i}", rules[i % 4], 5))]);
    }

    private async Task UseAsync(RateLimitRequest request, RateLimitRequest estimates)
    {
        await Limiter.AcquireAsync(request);
        await Limiter.PeekAsync(request);
        var held = (await Limiter.AcquireAsync(estimates)).Reservation!;

        // Without leases there is nothing to renew, and nobody is asked.
        var leased = estimates.Count > 3 ? held : new RateLimitReservation(Guid.NewGuid(), new RateLimitDimension("none", RateLimitRule.Concurrency(1, TimeSpan.FromMinutes(1))));
        await Limiter.RenewAsync(leased);
        await Limiter.SettleAsync(held, 7);
        await Limiter.ReleaseAsync((await Limiter.AcquireAsync(estimates)).Reservation!);
        await Limiter.ResetAsync("tenant:0", request.Dimensions[0].Rule);
    }

    private async Task<long> NumberAsync(string sql)
    {
        await using var command = fixture.Source.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task RunAsync(string sql)
    {
        await using var command = fixture.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
