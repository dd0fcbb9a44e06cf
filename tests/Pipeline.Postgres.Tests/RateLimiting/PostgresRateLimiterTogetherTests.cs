using FluentAssertions;
using Npgsql;
using Pipeline.Postgres.Fixtures;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Postgres.RateLimiting;

/// <summary>Requests of one process that are about the same state at the same time.</summary>
public sealed class PostgresRateLimiterTogetherTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const int Callers = 20;

    private readonly string _key = $"tenant:{Guid.NewGuid():N}";
    private LimiterProcess _process = null!;

    public static TheoryData<string, RateLimitRule> Rules { get; } = new()
    {
        { "bucket", RateLimitRule.TokenBucket(1_000, TimeSpan.FromDays(300)) },
        { "sliding window", RateLimitRule.SlidingWindow(1_000, TimeSpan.FromDays(30)) },
        { "fixed windows", RateLimitRule.FixedWindow(1_000, TimeSpan.FromDays(300)) },
        { "months", RateLimitRule.PerMonth(1_000) },
    };

    public async Task InitializeAsync() => _process = await LimiterProcess.StartAsync(fixture.ConnectionString);

    public async Task DisposeAsync() => await _process.DisposeAsync();

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task Those_that_wait_while_two_are_under_way_are_one_statement_and_each_is_judged_in_its_turn(string name, RateLimitRule rule)
    {
        await _process.Limiter.AcquireAsync(new RateLimitDimension(_key, rule, 1_000 - Callers + 5));
        var counter = new StatementCounter(fixture.Node, fixture.Database);
        var held = await HoldAsync();
        await counter.ResetAsync();
        var deciding = Enumerable.Range(0, Callers).Select(_ => _process.Limiter.AcquireAsync(new RateLimitDimension(_key, rule)).AsTask()).ToArray();
        await ReleaseAsync(held);

        var decisions = await Task.WhenAll(deciding);

        decisions.Where(one => one.IsGranted).Select(one => one.Remaining).Should().BeEquivalentTo(Enumerable.Range(0, Callers - 5), "of {0}", name);
        decisions.Where(one => !one.IsGranted).Should().HaveCount(5).And.OnlyContain(one => one.Remaining == 0 && one.RetryAfter > TimeSpan.Zero);
        var counts = await counter.ReadAsync();
        counts["limiter_acquire("].Should().Be(2, "{0}", counts);
        counts["limiter_acquire_each("].Should().Be(1, "{0}", counts);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task What_is_granted_is_what_was_taken_and_what_would_have_fitted_was_not_denied(string name, RateLimitRule rule)
    {
        var random = new Random(5);
        var costs = Enumerable.Range(0, 300).Select(_ => (long)random.Next(1, 12)).ToArray();

        var decisions = await Task.WhenAll(costs.Select(cost => _process.Limiter.AcquireAsync(new RateLimitDimension(_key, rule, cost)).AsTask()));

        var taken = costs.Zip(decisions).Where(one => one.Second.IsGranted).Sum(one => one.First);
        var left = (await _process.Limiter.PeekAsync(new RateLimitDimension(_key, rule))).Remaining;
        (taken + left).Should().Be(1_000, "of {0}", name);
        costs.Zip(decisions).Where(one => !one.Second.IsGranted).Should().NotBeEmpty().And.OnlyContain(one => one.First > left);
    }

    [Fact]
    public async Task Rules_that_differ_do_not_meet_and_who_gives_up_holds_nobody_up()
    {
        var (month, bucket) = (RateLimitRule.PerMonth(1_000), RateLimitRule.TokenBucket(1_000, TimeSpan.FromDays(300)));
        await _process.Limiter.AcquireAsync(new RateLimitDimension(_key, month));
        var held = await HoldAsync();
        using var stop = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 4).Select(_ => _process.Limiter.AcquireAsync(new RateLimitDimension(_key, month)).AsTask()).ToArray();
        var leaving = _process.Limiter.AcquireAsync(new RateLimitDimension(_key, month), stop.Token).AsTask();

        (await _process.Limiter.AcquireAsync(new RateLimitDimension(_key, bucket))).IsGranted.Should().BeTrue();
        await stop.CancelAsync();
        await FluentActions.Awaiting(() => leaving).Should().ThrowAsync<OperationCanceledException>();
        await ReleaseAsync(held);

        (await Task.WhenAll(waiting)).Should().OnlyContain(one => one.IsGranted);
    }

    private async Task<NpgsqlConnection> HoldAsync()
    {
        var connection = await fixture.Source.OpenConnectionAsync();
        await using var hold = new NpgsqlCommand($"BEGIN; SELECT FROM pipeline.limits WHERE key = '{_key}' FOR UPDATE", connection);
        await hold.ExecuteNonQueryAsync();
        return connection;
    }

    private static async Task ReleaseAsync(NpgsqlConnection held)
    {
        await using (held)
        {
            await using var release = new NpgsqlCommand("COMMIT", held);
            await release.ExecuteNonQueryAsync();
        }
    }
}
