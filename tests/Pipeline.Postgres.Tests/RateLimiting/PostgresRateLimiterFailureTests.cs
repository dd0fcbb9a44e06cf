using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Postgres.Fixtures;
using Pipeline.Postgres.Servers;
using Pipeline.Postgres.Servers.Proxying;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Postgres.RateLimiting;

/// <summary>A server that is down, silent, full, slow, a standby, behind a pooler, or holds somebody else's data.</summary>
public sealed partial class PostgresRateLimiterFailureTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>
{
    private const string Key = "tenant:acme";

    private static readonly TimeSpan Impatient = TimeSpan.FromSeconds(1);
    private static readonly RateLimitRule Window = RateLimitRule.SlidingWindow(10, TimeSpan.FromHours(1));
    private static readonly RateLimitRule Bucket = RateLimitRule.TokenBucket(10, 1, TimeSpan.FromDays(1));
    private static readonly RateLimitRule Month = RateLimitRule.PerMonth(10);
    private static readonly RateLimitRule Slots = RateLimitRule.Concurrency(10, TimeSpan.FromHours(1));
    private static readonly RateLimitRule[] Rules = [Window, Bucket, Month, Slots];

    private static RateLimitRequest All => new([.. Rules.Select(rule => rule.Kind == RateLimitRuleKind.Concurrency ? new(Key, rule) : RateLimitDimension.Estimate(Key, rule, 3))]);

    [Fact]
    public async Task A_server_that_crashes_is_unavailable_and_has_forgotten_nothing_when_it_is_back()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var process = await LimiterProcess.StartAsync(await server.CreateDatabaseAsync());
        var held = (await process.Limiter.AcquireAsync(All)).Reservation!;
        await server.StopAsync(PostgresStop.Immediate);

        await EachCallAsync(process.Limiter, held);

        await server.StartAgainAsync();
        await AnsweredAsync(process.Limiter);
        (await process.Limiter.SettleAsync(held, 1)).Should().BeTrue();
        await RemainingAsync(process.Limiter, 9, 10);
    }

    [Fact]
    public async Task A_silent_network_ends_a_call_at_its_deadline()
    {
        await using var proxy = PostgresProxy.Start(fixture.Node.EndPoint);
        await using var process = await StartThroughAsync(proxy, Impatient);
        var held = await HoldAsync(process.Limiter);
        proxy.Mode = ProxyMode.Stalled;

        await EachCallAsync(process.Limiter, held);

        proxy.Mode = ProxyMode.Forwarding;
        await AnsweredAsync(process.Limiter);
    }

    [Fact]
    public async Task A_decision_whose_reply_was_lost_is_charged_once_and_a_settlement_can_be_repeated()
    {
        await using var proxy = PostgresProxy.Start(fixture.Node.EndPoint);
        await using var process = await StartThroughAsync(proxy);
        var held = (await process.Limiter.AcquireAsync(All)).Reservation!;

        await LoseReplyAsync(proxy, "limiter_acquire", () => process.Limiter.AcquireAsync(All).AsTask());
        await LoseReplyAsync(proxy, "limiter_end", () => process.Limiter.SettleAsync(held, 1).AsTask());
        (await process.Limiter.SettleAsync(held, 1)).Should().BeFalse("the first call counted");

        await RemainingAsync(process.Limiter, 6, 9);
    }

    [Fact]
    public async Task A_call_that_was_cut_off_before_the_server_has_charged_nothing()
    {
        await using var proxy = PostgresProxy.Start(fixture.Node.EndPoint);
        await using var process = await StartThroughAsync(proxy);
        await process.Limiter.AcquireAsync(All);
        using var fault = proxy.CutBefore("limiter_acquire");

        await process.Limiter.Invoking(limiter => limiter.AcquireAsync(All).AsTask()).Should().ThrowAsync<BackendUnavailableException>();

        await fault.Happened;
        await RemainingAsync(process.Limiter, 7, 9);
    }

    [Fact]
    public async Task A_state_that_another_session_keeps_locked_is_waited_for_until_the_deadline_and_nothing_is_charged()
    {
        var database = await fixture.Node.CreateDatabaseAsync();
        await using var process = await LimiterProcess.StartAsync(database, Impatient);
        await using var patient = await LimiterProcess.StartAsync(database);
        await patient.Limiter.AcquireAsync(All);
        await AnsweredAsync(process.Limiter);
        await using var other = Npgsql.NpgsqlDataSource.Create(database);
        await using (var connection = await other.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var command = new Npgsql.NpgsqlCommand("SELECT 1 FROM pipeline.limits WHERE state_id = 'm' FOR UPDATE", connection, transaction);
            await command.ExecuteNonQueryAsync();

            await process.Limiter.Invoking(limiter => limiter.AcquireAsync(All).AsTask()).Should().ThrowAsync<BackendUnavailableException>();

            // The client asks the server to cancel it.
            var name = new Npgsql.NpgsqlConnectionStringBuilder(database).Database!;
            await Waiting.UntilAsync(
                async () => await fixture.Node.ScalarAsync($"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}' AND wait_event_type = 'Lock'") is 0L, "the statement to be given up");
        }

        await RemainingAsync(patient.Limiter, 7, 9);
    }

    [Fact]
    public async Task A_lock_timeout_of_the_roles_own_is_unavailable_and_charges_nothing()
    {
        var database = await fixture.Node.CreateDatabaseAsync();
        await using var process = await LimiterProcess.StartAsync(database);
        await process.Limiter.AcquireAsync(All);
        await using var hurried = await LimiterProcess.StartAsync(database + ";Options=-c lock_timeout=50ms");
        await using var other = Npgsql.NpgsqlDataSource.Create(database);
        await using (var connection = await other.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var command = new Npgsql.NpgsqlCommand("SELECT 1 FROM pipeline.limits FOR UPDATE", connection, transaction);
            await command.ExecuteNonQueryAsync();

            (await hurried.Limiter.Invoking(limiter => limiter.AcquireAsync(All).AsTask()).Should().ThrowAsync<BackendUnavailableException>())
                .Which.Reason.Should().Contain("lock_timeout");
        }

        await RemainingAsync(process.Limiter, 7, 9);
    }

    [Fact]
    public async Task A_full_disk_is_unavailable_and_charges_nothing()
    {
        await using var server = await PostgresServer.StartAsync(new() { SmallDisk = "24m" });
        var disk = await server.CreateTablespaceAsync();
        var database = await server.CreateDatabaseAsync();
        await using var process = await LimiterProcess.StartAsync(database);
        await process.Limiter.AcquireAsync(All);
        var name = new Npgsql.NpgsqlConnectionStringBuilder(database).Database;
        await server.ExecuteAsync($"ALTER TABLE pipeline.limits SET TABLESPACE {PostgresTablespace.Name}", name);
        disk.Fill();

        var failures = 0;
        for (var i = 0; failures == 0 && i < 10_000; i++)
        {
            try
            {
                await process.Limiter.AcquireAsync(new RateLimitDimension($"tenant:{i}", Window));
            }
            catch (BackendUnavailableException exception)
            {
                exception.Reason.Should().Contain("disk is full");
                failures++;
                (await process.Limiter.PeekAsync(new RateLimitDimension($"tenant:{i}", Window))).Remaining.Should().Be(10);
            }
        }

        failures.Should().Be(1);
        disk.Free();
        (await process.Limiter.AcquireAsync(All)).IsGranted.Should().BeTrue();
    }

    [Fact]
    public async Task A_standby_answers_what_takes_nothing_and_is_unavailable_for_the_rest()
    {
        await using var primary = await PostgresServer.StartAsync();
        var database = new Npgsql.NpgsqlConnectionStringBuilder(await primary.CreateDatabaseAsync()).Database!;
        await using (var process = await LimiterProcess.StartAsync(primary.ConnectionString(database)))
        {
            await process.Limiter.AcquireAsync(new RateLimitRequest(new RateLimitDimension(Key, Window, 10), new RateLimitDimension(Key, Bucket, 3)));
        }

        await using var standby = await primary.CreateStandbyAsync();
        await primary.WaitForStandbyAsync(standby);
        await using var reader = await LimiterProcess.StartAsync(standby.ConnectionString(database));

        (await reader.Limiter.PeekAsync(new RateLimitDimension(Key, Bucket, 0))).Remaining.Should().Be(7);
        (await reader.Limiter.AcquireAsync(new RateLimitDimension(Key, Window))).IsGranted.Should().BeFalse();
        (await reader.Limiter.Invoking(limiter => limiter.AcquireAsync(new RateLimitDimension(Key, Bucket)).AsTask()).Should().ThrowAsync<BackendUnavailableException>())
            .Which.Reason.Should().Contain("no writes");
        await primary.StopAsync();
        await standby.PromoteAsync();
        (await reader.Limiter.AcquireAsync(new RateLimitDimension(Key, Bucket))).Remaining.Should().Be(6);
    }

    [Fact]
    public async Task Behind_a_pooler_in_transaction_mode_all_is_as_without()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var pooler = await PgBouncerServer.StartAsync(server);
        var database = new Npgsql.NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync()).Database!;
        await using var process = await LimiterProcess.StartAsync(pooler.ConnectionString(database));
        var held = new List<RateLimitReservation?>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var decision = await process.Limiter.AcquireAsync(All);
            lock (held)
            {
                held.Add(decision.Reservation);
            }
        }));

        held.OfType<RateLimitReservation>().Should().HaveCount(3, "three times 3 are within 10");
        (await process.Limiter.RenewAsync(held.OfType<RateLimitReservation>().First())).Should().BeTrue();
        await RemainingAsync(process.Limiter, 1, 7);
    }

    private async Task<LimiterProcess> StartThroughAsync(PostgresProxy proxy, TimeSpan? timeout = null)
    {
        var database = new Npgsql.NpgsqlConnectionStringBuilder(await fixture.Node.CreateDatabaseAsync()).Database!;
        var process = await LimiterProcess.StartAsync(fixture.Node.ConnectionString(database, proxy.EndPoint), timeout);
        await AnsweredAsync(process.Limiter);
        return process;
    }

    private static async Task<RateLimitReservation> HoldAsync(PostgresRateLimiter limiter)
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

    private static async Task EachCallAsync(PostgresRateLimiter limiter, RateLimitReservation held)
    {
        foreach (var call in new Func<Task>[]
        {
            async () => await limiter.AcquireAsync(All), async () => await limiter.PeekAsync(All), async () => await limiter.SettleAsync(held, 1),
            async () => await limiter.ReleaseAsync(held), async () => await limiter.RenewAsync(held), async () => await limiter.ResetAsync("tenant:other", Window),
        })
        {
            (await call.Should().ThrowAsync<BackendUnavailableException>()).Which.Message.Should().NotContain("acme");
        }
    }

    private static Task AnsweredAsync(PostgresRateLimiter limiter) => Waiting.UntilAsync(
        () => limiter.AcquireAsync(new RateLimitDimension("tenant:asked", Bucket)).AsTask().ContinueWith(call => call.IsCompletedSuccessfully), "an answer");

    private static async Task RemainingAsync(PostgresRateLimiter limiter, long expected, long slots)
    {
        foreach (var rule in Rules)
        {
            (await limiter.PeekAsync(new RateLimitDimension(Key, rule, 0))).Remaining.Should().Be(rule == Slots ? slots : expected, "of {0}", rule);
        }
    }

    private static async Task LoseReplyAsync(PostgresProxy proxy, string statement, Func<Task> call)
    {
        using var fault = proxy.DropReply(statement);
        await call.Should().ThrowAsync<BackendUnavailableException>();
        await fault.Happened;
    }
}
