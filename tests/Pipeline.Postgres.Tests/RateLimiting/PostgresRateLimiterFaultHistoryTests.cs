using FluentAssertions;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Postgres.Fixtures;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Postgres.RateLimiting;

/// <summary>
/// Generated requests and settlements of two processes over a network that cuts connections, before a statement or after it: what remains in the end is what the answers
/// say, but for the requests without an answer, each of which was charged once or not at all.
/// </summary>
public sealed class PostgresRateLimiterFaultHistoryTests
{
    private const int Callers = 4;
    private const int CallsEach = 100;

    private static readonly RateLimitRule Rule = RateLimitRule.FixedWindow(600, TimeSpan.FromDays(300));
    private static readonly string[] Keys = ["a", "b", "c"];

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _charged = Keys.ToDictionary(static key => key, static _ => 0L);
    private readonly Dictionary<string, long> _perhaps = Keys.ToDictionary(static key => key, static _ => 0L);
    private int _denied;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_is_cut_the_limit_holds_and_each_answer_counts_once(int seed)
    {
        var node = await SharedServers.NodeAsync();
        var database = new NpgsqlConnectionStringBuilder(await SharedServers.CreateDatabaseAsync()).Database!;
        await using var network = LossyNetwork.Start(node.EndPoint, "limiter_", (ulong)seed);
        await using var first = await LimiterProcess.StartAsync(node.ConnectionString(database, network.EndPoint));
        await using var second = await LimiterProcess.StartAsync(node.ConnectionString(database, network.EndPoint));
        LimiterProcess[] processes = [first, second];

        await SideBySide.RunAsync(Callers, async caller =>
        {
            var random = new SeededRandom((ulong)((seed * Callers) + caller + 1_000));
            for (var call = 0; call < CallsEach; call++)
                await CallAsync(processes[caller % 2].Limiter, random);
        });
        await network.CalmAsync();

        await using var after = await LimiterProcess.StartAsync(node.ConnectionString(database));
        foreach (var key in Keys)
        {
            var remaining = (await after.Limiter.PeekAsync(new RateLimitDimension(key, Rule, cost: 0))).Remaining;
            remaining.Should().BeInRange(Math.Max(0, Rule.Limit - _charged[key] - _perhaps[key]), Rule.Limit - _charged[key], "of key {0}", key);
        }

        network.Faults.Should().BePositive();
        _perhaps.Values.Sum().Should().BePositive("requests stayed without an answer");
        _denied.Should().BePositive("the limit was reached");
    }

    private async Task CallAsync(PostgresRateLimiter limiter, SeededRandom random)
    {
        var (cost, isEstimate) = ((long)random.Between(1, 12), random.Chance(40));
        string[] keys = random.Chance(30) ? ["a", random.Pick(["b", "c"])] : [random.Pick(Keys)];
        var request = new RateLimitRequest([.. keys.Select(key => isEstimate ? RateLimitDimension.Estimate(key, Rule, cost) : new RateLimitDimension(key, Rule, cost))]);
        RateLimitDecision decision;
        try
        {
            decision = await limiter.AcquireAsync(request);
        }
        catch (BackendUnavailableException)
        {
            Add(_perhaps, keys, cost);
            return;
        }

        if (!decision.IsGranted)
        {
            Interlocked.Increment(ref _denied);
            return;
        }

        if (decision.Reservation is not { } reservation)
        {
            Add(_charged, keys, cost);
            return;
        }

        var actual = random.Between(0, (int)cost);
        await SettleAsync(limiter, reservation, actual);
        Add(_charged, keys, actual);
    }

    private static async Task SettleAsync(PostgresRateLimiter limiter, RateLimitReservation reservation, long actual)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                var isEnded = await limiter.SettleAsync(reservation, actual);
                (isEnded || attempt > 0).Should().BeTrue("nobody else ends it");
                return;
            }
            catch (BackendUnavailableException)
            {
                // It is repeated until it answers.
            }
        }
    }

    private void Add(Dictionary<string, long> costs, string[] keys, long cost)
    {
        lock (_gate)
        {
            foreach (var key in keys)
                costs[key] += cost;
        }
    }
}
