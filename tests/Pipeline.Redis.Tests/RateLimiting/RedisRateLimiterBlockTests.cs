using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.RateLimiting;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.Redis.Servers.Proxying;
using StackExchange.Redis;
using Xunit;
using Xunit.Abstractions;

namespace Pipeline.Redis.RateLimiting;

/// <summary>Suites that hand out blocks of permits of one key on a real server.</summary>
public sealed class RedisRateLimiterBlockTests(ITestOutputHelper output)
{
    private const int Limit = 20_000;
    private const int Processes = 8;
    private const int CallersOfProcess = 4;

    private readonly string _prefix = RedisTestClient.NewPrefix();
    private readonly RateLimitRequest _hot = new RateLimitDimension("tenant:acme", RateLimitRule.FixedWindow(Limit, TimeSpan.FromDays(300)));

    [Fact]
    public async Task Eight_suites_admit_the_limit_and_not_one_more_by_a_fraction_of_the_scripts()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = RedisProxy.Start(server.EndPoint);
        var options = server.ClientOptions(proxy);
        var suites = Enumerable.Range(0, Processes).Select(_ => Build(options)).ToList();

        var granted = (await Task.WhenAll(suites.SelectMany(suite => Enumerable.Range(0, CallersOfProcess).Select(_ => TakeAllAsync(suite))))).Sum();
        foreach (var suite in suites)
        {
            await suite.DisposeAsync();
        }

        var counts = proxy.Counts();
        output.WriteLine($"{granted} granted by {counts.Scripts} scripts");

        // What lay in one process while another was denied has been given back, and not one permit twice.
        granted.Should().BeInRange(Limit - (Processes * 100), Limit);
        await using var last = Build(options);
        (granted + await TakeAllAsync(last)).Should().Be(Limit);
        counts.Scripts.Should().BeInRange(Limit / 100 * 2, Limit / 10, "{0}", counts);
        ((object?[])(await server.ExecuteAsync("KEYS", $"{_prefix}:limit:r:*"))!).Should().BeEmpty("each block has ended");
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

    private ServiceProvider Build(ConfigurationOptions options)
    {
        var services = new ServiceCollection();
        services.AddPipeline().UseRedis(options, PipelineRoles.RateLimiting, redis => redis.KeyPrefix = _prefix).ConfigureRateLimiting(limits =>
        {
            limits.BlockSize = 100;
            limits.OutageBudget = TimeSpan.FromSeconds(10);
        });
        return services.BuildServiceProvider();
    }
}
