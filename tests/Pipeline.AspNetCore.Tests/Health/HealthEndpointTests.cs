using System.Net;
using FluentAssertions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Backends;
using Pipeline.Fixtures;
using Pipeline.Redis.Servers;
using Xunit;

namespace Pipeline.Health;

/// <summary>V7, C5, D6.</summary>
public sealed class HealthEndpointTests
{
    private static readonly Dictionary<string, string?> Uncached = new() { ["Http:Health:CacheFor"] = "00:00:00" };

    [Theory]
    [InlineData("/livez")]
    [InlineData("/readyz")]
    [InlineData("/healthz")]
    [InlineData("/health")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/health/database")]
    public async Task In_memory_every_probe_is_healthy_and_claims_no_check_that_there_is_not(string path)
    {
        await using var server = await StartAsync();

        var probe = await HealthProbe.OfAsync(server, path);

        probe.Should().BeEquivalentTo(new { Code = HttpStatusCode.OK, Status = "healthy" });
        probe.Checks.Should().BeEmpty();
    }

    [Theory]
    [InlineData(BackendKind.Redis, "redis")]
    [InlineData(BackendKind.Postgres, "postgres")]
    public async Task A_backend_that_is_configured_is_checked(BackendKind kind, string name)
    {
        var backend = await Backend.CreateAsync(kind);
        await using var server = await WebServer.StartAsync(static app => app.MapPipelineHealth(), (services, _) => backend.Use(services));

        foreach (var path in new[] { "/readyz", "/healthz", "/health/database" })
        {
            var probe = await HealthProbe.OfAsync(server, path);
            probe.Code.Should().Be(HttpStatusCode.OK);
            probe.Checks.Should().Contain(name, "healthy");
        }

        (await HealthProbe.OfAsync(server, "/livez")).Checks.Should().BeEmpty("liveness touches no backend");
    }

    [Fact]
    public async Task A_redis_that_dies_makes_the_service_unready_but_not_dead()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = await WebServer.StartAsync(
            static app => app.MapPipelineHealth(), (services, _) => services.AddPipeline().UseRedis(redis.ClientOptions()), Uncached);
        (await HealthProbe.OfAsync(server, "/readyz")).Code.Should().Be(HttpStatusCode.OK);

        await redis.KillAsync();

        var ready = await HealthProbe.OfAsync(server, "/readyz");
        ready.Should().BeEquivalentTo(new { Code = HttpStatusCode.ServiceUnavailable, Status = "unhealthy" });
        ready.Body.Should().NotContain(redis.Address);
        (await HealthProbe.OfAsync(server, "/livez")).Code.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_backend_that_the_start_does_without_degrades_the_service_and_keeps_it_ready()
    {
        var backend = new FakeBackend("Redis at secret-host:6379", StartupCheck.Warn) { Answer = FakeBackend.Fail };
        await using var server = await StartAsync(backend);

        (await HealthProbe.OfAsync(server, "/readyz")).Should().BeEquivalentTo(new { Code = HttpStatusCode.OK, Status = "degraded" });
    }

    [Fact]
    public async Task A_thousand_probes_cost_one_check()
    {
        var gate = new TaskCompletionSource();
        var backend = new FakeBackend("Redis at secret-host:6379");
        await using var server = await StartAsync(backend);
        backend.Answer = _ => gate.Task;

        var probes = Enumerable.Range(0, 1_000).Select(_ => server.Client.GetAsync("/readyz")).ToArray();
        await backend.Asked;
        gate.SetResult();
        var answers = await Task.WhenAll(probes);

        answers.Should().OnlyContain(answer => answer.StatusCode == HttpStatusCode.OK);
        (await HealthProbe.OfAsync(server, "/healthz")).Code.Should().Be(HttpStatusCode.OK);
        backend.Calls.Should().Be(2, "the start asked once, and all probes together once");
    }

    [Fact]
    public async Task A_backend_that_never_answers_is_unhealthy_and_is_not_asked_again_meanwhile()
    {
        var backend = new FakeBackend("Redis at secret-host:6379");
        await using var server = await StartAsync(backend, new(Uncached) { ["Http:Health:Timeout"] = "00:00:00.05" });
        backend.Answer = static _ => new TaskCompletionSource().Task;

        for (var i = 0; i < 3; i++)
            (await HealthProbe.OfAsync(server, "/readyz")).Checks.Should().Contain("redis", "unhealthy");

        backend.Calls.Should().Be(2);
        server.Log.Events.Should().ContainSingle(e => e.Id.Id == 12500, "it is told when it changes, not with every probe");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Hosts_are_named_only_where_details_are_asked_for_and_messages_never(bool showsDetails)
    {
        var backend = new FakeBackend("Redis at secret-host:6379");
        await using var server = await StartAsync(backend, new(Uncached) { ["Http:Health:ShowDetails"] = showsDetails.ToString() });
        backend.Answer = FakeBackend.Fail;

        var body = (await HealthProbe.OfAsync(server, "/readyz")).Body;

        body.Contains("secret-host", StringComparison.Ordinal).Should().Be(showsDetails);
        body.Contains(nameof(BackendUnavailableException), StringComparison.Ordinal).Should().Be(showsDetails);
        body.Should().NotContain("hunter2").And.NotContain("   at ");
    }

    [Fact]
    public async Task The_hosts_own_checks_are_chosen_by_their_tags()
    {
        await using var server = await WebServer.StartAsync(static app => app.MapPipelineHealth(), static (services, _) => services.AddHealthChecks()
            .AddCheck("deadlock", static () => HealthCheckResult.Unhealthy(), [HealthTags.Live])
            .AddCheck("models", static () => HealthCheckResult.Degraded())
            .AddCheck("both", static () => HealthCheckResult.Healthy(), [HealthTags.Live, HealthTags.Ready]));

        (await HealthProbe.OfAsync(server, "/livez")).Should().BeEquivalentTo(new { Code = HttpStatusCode.ServiceUnavailable, Status = "unhealthy" });
        (await HealthProbe.OfAsync(server, "/livez")).Checks.Keys.Should().BeEquivalentTo("deadlock", "both");
        (await HealthProbe.OfAsync(server, "/readyz")).Checks.Keys.Should().BeEquivalentTo("models", "both");
        (await HealthProbe.OfAsync(server, "/healthz")).Checks.Keys.Should().BeEquivalentTo("deadlock", "models", "both");
        (await HealthProbe.OfAsync(server, "/health/database")).Checks.Should().BeEmpty();
    }

    [Fact]
    public async Task A_check_that_cannot_be_made_or_throws_is_unhealthy()
    {
        await using var server = await WebServer.StartAsync(static app => app.MapPipelineHealth(), static (services, _) => services.AddHealthChecks()
            .Add(new HealthCheckRegistration("broken", static _ => throw new InvalidOperationException("secret"), null, null)));

        var probe = await HealthProbe.OfAsync(server, "/readyz");

        probe.Checks.Should().Contain("broken", "unhealthy");
        probe.Body.Should().NotContain("secret");
    }

    [Fact]
    public async Task Probes_pass_a_fallback_policy_but_not_an_authorization_of_their_own()
    {
        await using var open = await WebServer.StartAsync(static app => app.MapPipelineHealth(), Authorize);
        await using var closed = await WebServer.StartAsync(
            static app => app.MapPipelineHealth().RequireAuthorization(), Authorize);

        (await open.Client.GetAsync("/readyz")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await closed.Client.GetAsync("/readyz")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        static void Authorize(IServiceCollection services, Microsoft.Extensions.Configuration.IConfiguration configuration)
        {
            services.AddAuthentication("None").AddScheme<Microsoft.AspNetCore.Authentication.AuthenticationSchemeOptions, NobodyHandler>("None", null);
            services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        }
    }

    [Fact]
    public async Task Probes_and_scrapes_pass_the_default_rate_limit_and_are_not_in_the_log()
    {
        await using var server = await WebServer.StartAsync(
            static app =>
            {
                app.MapPipelineHealth();
                app.MapPipelineMetrics();
                app.MapGet("/", static context => context.Response.WriteAsync(""));
            },
            settings: new Dictionary<string, string?> { ["Http:RateLimits:Default"] = "1/60" });

        foreach (var path in new[] { "/livez", "/readyz", "/metrics", "/health", "/" })
            (await server.Client.GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.OK, path);

        (await server.Client.GetAsync("/")).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        server.Log.Events.Where(static e => e.Id.Id == 12000 && e.Level >= LogLevel.Information).Should().HaveCount(2, "only what is no probe is told");
    }

    [Fact]
    public async Task A_head_has_the_status_and_no_body_and_nothing_is_cached()
    {
        await using var server = await StartAsync();

        using var response = await server.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/readyz"));

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        response.Headers.CacheControl!.NoStore.Should().BeTrue();
        (await response.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("Http:Health:CacheFor", "-00:00:01", "*CacheFor*from 00:00:00 to 01:00:00*")]
    [InlineData("Http:Health:Timeout", "00:00:00", "*Timeout*")]
    [InlineData("Http:Health:Cache", "5", "*Cache*")]
    [InlineData("Http:Draining:PreStopWait", "01:00:00", "*PreStopWait*")]
    public async Task A_setting_that_makes_no_sense_stops_the_start(string setting, string value, string message)
    {
        var start = () => WebServer.StartAsync(static app => app.MapPipelineHealth(), settings: new Dictionary<string, string?> { [setting] = value });

        (await start.Should().ThrowAsync<Exception>()).Which.Should().Match(e => e is OptionsValidationException || e is InvalidOperationException)
            .And.Subject.As<Exception>().Message.Should().Match(message);
    }

    [Fact]
    public void Mapping_without_the_edge_says_what_to_call()
    {
        var app = WebApplication.CreateSlimBuilder().Build();

        var map = () => app.MapPipelineHealth();

        map.Should().Throw<InvalidOperationException>().WithMessage("*AddPipelineHttp*");
    }

    private static Task<WebServer> StartAsync(FakeBackend? backend = null, Dictionary<string, string?>? settings = null) => WebServer.StartAsync(
        static app => app.MapPipelineHealth(),
        (services, _) =>
        {
            if (backend is not null)
                services.AddSingleton<IBackendProbe>(backend);
        },
        settings);
}
