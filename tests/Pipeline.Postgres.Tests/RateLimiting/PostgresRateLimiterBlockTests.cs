using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Postgres.Fixtures;
using Pipeline.RateLimiting;
using Xunit;
using Xunit.Abstractions;

namespace Pipeline.Postgres.RateLimiting;

/// <summary>Suites that hand out blocks of permits of one key on a real server.</summary>
public sealed class PostgresRateLimiterBlockTests(PostgresFixture fixture, ITestOutputHelper output) : IClassFixture<PostgresFixture>
{
    private const int Limit = 20_000;
    private const int Processes = 8;
    private const int CallersOfProcess = 4;

    private readonly RateLimitRequest _hot = new RateLimitDimension($"tenant:{Guid.NewGuid():N}", RateLimitRule.FixedWindow(Limit, TimeSpan.FromDays(300)));

    [Fact]
    public async Task Eight_suites_admit_the_limit_and_not_one_more_by_a_fraction_of_the_statements()
    {
        var counter = new StatementCounter(fixture.Node, fixture.Database);
        var suites = new List<ServiceProvider>();
        for (var i = 0; i < Processes; i++)
        {
            suites.Add(await StartAsync());
        }

        await counter.ResetAsync();
        var granted = (await Task.WhenAll(suites.SelectMany(suite => Enumerable.Range(0, CallersOfProcess).Select(_ => TakeAllAsync(suite))))).Sum();
        foreach (var suite in suites)
        {
            await suite.DisposeAsync();
        }

        var counts = await counter.ReadAsync();
        output.WriteLine($"{granted} granted by\n{counts}");

        // What lay in one process while another was denied has been given back, and not one permit twice.
        granted.Should().BeInRange(Limit - (Processes * 100), Limit);
        await using var last = await StartAsync();
        (granted + await TakeAllAsync(last)).Should().Be(Limit);
        counts["limiter_acquire("].Should().BeInRange(Limit / 100, Limit / 20, "{0}", counts);
        counts["limiter_end("].Should().BeInRange((Limit / 100) - 20, Limit / 50, "{0}", counts);
        (await RecordsAsync()).Should().Be(0, "each block has ended");
    }

    private static async Task<int> TakeAllAsync(ServiceProvider suite, RateLimitRequest request)
    {
        var (limiter, granted) = (suite.GetRequiredService<IRateLimiter>(), 0);
        while ((await limiter.AcquireAsync(request)) is { IsGranted: true, IsDegraded: false })
        {
            granted++;
        }

        return granted;
    }

    private Task<int> TakeAllAsync(ServiceProvider suite) => Task.Run(() => TakeAllAsync(suite, _hot));

    private async Task<ServiceProvider> StartAsync()
    {
        var services = new ServiceCollection();
        services.AddPipeline().UsePostgres(fixture.ConnectionString, PipelineRoles.RateLimiting).ConfigureRateLimiting(options =>
        {
            options.BlockSize = 100;
            options.OutageBudget = TimeSpan.FromSeconds(10);
        });
        var suite = services.BuildServiceProvider();
        await suite.StartPipelineAsync();
        return suite;
    }

    private async Task<long> RecordsAsync()
    {
        await using var command = fixture.Source.CreateCommand("SELECT count(*) FROM pipeline.limit_reservations");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
