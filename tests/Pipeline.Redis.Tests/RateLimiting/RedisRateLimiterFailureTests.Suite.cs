using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Backends;
using Pipeline.DependencyInjection;
using Pipeline.RateLimiting;
using Pipeline.Redis.Servers;
using Pipeline.Redis.Servers.Proxying;
using Xunit;

namespace Pipeline.Redis.RateLimiting;

/// <summary>The whole suite around the limiter: its fallbacks decide while the server is away.</summary>
public sealed partial class RedisRateLimiterFailureTests
{
    [Fact]
    public async Task A_suite_whose_server_is_silent_degrades_within_its_budget_and_comes_back()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = RedisProxy.Start(server.EndPoint);
        await using var services = Suite(server.ClientOptions(proxy));
        var limiter = services.GetRequiredService<IRateLimiter>();
        var request = new RateLimitRequest(
            new RateLimitDimension(Key, Window.WhenUnavailable(RateLimitFallback.Local, 4)), new RateLimitDimension(Key, Bucket.WhenUnavailable(RateLimitFallback.Allow)));
        await NormalAsync(limiter, request);

        proxy.Mode = ProxyMode.Stalled;
        for (var i = 0; i < 4; i++)
        {
            (await limiter.AcquireAsync(request)).Should().Match<RateLimitDecision>(decision => decision.IsDegraded && decision.IsGranted);
        }

        (await limiter.AcquireAsync(request)).Should().Match<RateLimitDecision>(decision => decision.IsDegraded && !decision.IsGranted);
        (await limiter.AcquireAsync(new RateLimitDimension(Key, Window))).IsGranted.Should().BeFalse("a rule denies unless it says otherwise");
        proxy.Mode = ProxyMode.Forwarding;

        await NormalAsync(limiter, request);
    }

    [Fact]
    public async Task A_suite_whose_server_is_full_or_down_degrades_and_comes_back()
    {
        await using var server = await RedisServer.StartAsync();
        await using var services = Suite(server.ClientOptions());
        var limiter = services.GetRequiredService<IRateLimiter>();
        RateLimitRequest request = new RateLimitDimension(Key, Bucket.WhenUnavailable(RateLimitFallback.Allow));
        await NormalAsync(limiter, request);
        await server.ExecuteAsync("CONFIG", "SET", "maxmemory", "1");
        (await limiter.AcquireAsync(request)).IsDegraded.Should().BeTrue();
        await server.ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        await NormalAsync(limiter, request);

        await server.KillAsync();
        (await limiter.AcquireAsync(request)).Should().Match<RateLimitDecision>(decision => decision.IsDegraded && decision.IsGranted);
        await server.RestartAsync();
        await NormalAsync(limiter, request);
    }

    // The deadline of a command is far beyond the budget, so that an answer in time is the budget's.
    private ServiceProvider Suite(StackExchange.Redis.ConfigurationOptions options)
    {
        var services = new ServiceCollection();
        services.AddPipeline().UseRedis(options, PipelineRoles.RateLimiting, redis =>
        {
            redis.KeyPrefix = _prefix;
            redis.CommandTimeout = TimeSpan.FromMinutes(5);
        });
        return services.BuildServiceProvider();
    }
}
