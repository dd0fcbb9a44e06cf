using System.Net;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Conformance;
using Pipeline.Fixtures;
using Xunit;

namespace Pipeline.Authentication;

/// <summary>Addresses that try many keys.</summary>
public sealed class ApiKeyBanTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task After_five_wrong_keys_an_address_is_banned_for_a_while_whatever_the_key()
    {
        await using var server = await StartAsync();
        for (var i = 0; i < 5; i++)
            (await server.StatusAsync("/me", bearer: ApiKeyServer.WrongKey)).Should().Be(HttpStatusCode.Unauthorized);

        using var response = await server.GetAsync("/me", bearer: ApiKeyServer.Key);

        response.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        response.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromMinutes(15));
        (await response.Content.ReadAsStringAsync()).Should().Contain("\"code\":\"address-banned\"");
        server.Log.Events.Should().ContainSingle(static e => e.Id.Id == 12110).Which.Text.Should().Contain("127.0.0.1");

        _time.Advance(TimeSpan.FromMinutes(10));
        using var later = await server.GetAsync("/me", bearer: ApiKeyServer.Key);
        later.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        later.Headers.RetryAfter!.Delta.Should().BeCloseTo(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(20));

        _time.Advance(TimeSpan.FromMinutes(6));
        (await server.StatusAsync("/me", bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Other_addresses_and_open_endpoints_are_not_touched()
    {
        await using var server = await StartAsync();
        await FailAsync(server, times: 6);

        using var other = server.ClientFrom("127.0.0.2");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/me");
        request.Headers.Add("X-API-Key", ApiKeyServer.Key);
        using var response = await other.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        (await server.StatusAsync("/open", bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.OK);
        (await server.StatusAsync("/me")).Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Failures_count_within_their_window_and_a_success_takes_none_away()
    {
        await using var server = await StartAsync();
        await FailAsync(server, times: 4);
        (await server.StatusAsync("/me", bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.OK);

        _time.Advance(TimeSpan.FromMinutes(6));
        await FailAsync(server, times: 4);
        (await server.StatusAsync("/me", bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.OK);
        await FailAsync(server, times: 1);

        (await server.StatusAsync("/me", bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Missing_disabled_and_expired_keys_and_tokens_of_others_do_not_count()
    {
        await using var server = await StartAsync();
        for (var i = 0; i < 10; i++)
        {
            (await server.StatusAsync("/me")).Should().Be(HttpStatusCode.Unauthorized);
            (await server.StatusAsync("/me", bearer: ApiKeyServer.OtherKey)).Should().Be(HttpStatusCode.Unauthorized);
            (await server.StatusAsync("/me", bearer: new string('x', 30) + "-expired")).Should().Be(HttpStatusCode.Unauthorized);
            (await server.StatusAsync("/me", bearer: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl")).Should().Be(HttpStatusCode.Unauthorized);
        }

        (await server.StatusAsync("/me", bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task What_cannot_be_a_key_counts()
    {
        await using var server = await StartAsync();
        for (var i = 0; i < 5; i++)
            await server.StatusAsync("/me", bearer: "two words");

        (await server.StatusAsync("/me", bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task A_ban_of_an_unknown_proxy_says_so_in_the_log()
    {
        await using var server = await StartAsync();
        for (var i = 0; i < 5; i++)
            await StatusBehindProxyAsync(server, $"198.51.100.{i}", ApiKeyServer.WrongKey);

        server.Log.Events.Should().ContainSingle(static e => e.Id.Id == 12111).Which.Text.Should().Contain("proxy").And.Contain("127.0.0.1");
    }

    [Fact]
    public async Task Behind_a_configured_proxy_each_caller_is_counted_alone()
    {
        await using var server = await WebServer.StartAsync(
            static app => app.MapGet("/me", static context => context.Response.WriteAsync("me")).RequireAuthorization(),
            static (services, _) => services.AddAuthentication().AddPipelineApiKeys(static keys => keys.Keys = $"partner={ApiKeyServer.Key}"),
            new Dictionary<string, string?> { ["Http:ForwardedHeaders:KnownProxies:0"] = "127.0.0.1" });
        for (var i = 0; i < 5; i++)
            await StatusBehindProxyAsync(server, "198.51.100.1", ApiKeyServer.WrongKey);

        (await StatusBehindProxyAsync(server, "198.51.100.1", ApiKeyServer.Key)).Should().Be(HttpStatusCode.TooManyRequests);
        (await StatusBehindProxyAsync(server, "198.51.100.2", ApiKeyServer.Key)).Should().Be(HttpStatusCode.OK);
        server.Log.Events.Should().ContainSingle(static e => e.Id.Id == 12110).Which.Text.Should().Contain("198.51.100.1");
    }

    [Fact]
    public async Task Bans_can_be_left_out()
    {
        await using var server = await StartAsync(failures: 0);
        await FailAsync(server, times: 20);

        (await server.StatusAsync("/me", bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Many_wrong_keys_at_once_are_no_way_around()
    {
        await using var server = await StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => server.StatusAsync("/me", bearer: $"{ApiKeyServer.WrongKey}{i}")));

        answers.Count(static status => status == HttpStatusCode.Unauthorized).Should().Be(5);
        answers.Count(static status => status == HttpStatusCode.TooManyRequests).Should().Be(45);
    }

    [Theory]
    [InlineData(BackendKind.Redis)]
    [InlineData(BackendKind.Postgres)]
    public async Task Replicas_count_together_and_ban_together(BackendKind kind)
    {
        var backend = await Backend.CreateAsync(kind);
        await using var one = await ReplicaAsync(backend);
        await using var other = await ReplicaAsync(backend);

        await FailAsync(one, times: 3);
        await FailAsync(other, times: 2);

        await Waiting.UntilAsync(async () => await one.StatusAsync("/me", bearer: ApiKeyServer.Key) == HttpStatusCode.TooManyRequests, "the ban in one");
        await Waiting.UntilAsync(async () => await other.StatusAsync("/me", bearer: ApiKeyServer.Key) == HttpStatusCode.TooManyRequests, "the ban in the other");
    }

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("::ffff:203.0.113.9", "203.0.113.9")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:3::1", "2001:db8:1:3::/64")]
    public void Addresses_of_version_6_count_by_their_first_64_bits(string address, string counted) =>
        ClientAddress.Of(IPAddress.Parse(address)).ToString().Should().Be(counted);

    [Fact]
    public void What_is_remembered_is_bounded_and_the_last_used_stay()
    {
        var map = new BoundedMap<int, string>(capacity: 100);
        for (var i = 0; i < 10_000; i++)
        {
            map.Set(i, "x");
            map.TryGet(0, out _).Should().BeTrue();
        }

        var count = 0;
        map.ForEach(_ => count++);
        count.Should().BeInRange(50, 102);
        map.TryGet(9_999, out _).Should().BeTrue();
        map.TryGet(5_000, out _).Should().BeFalse();
    }

    private static async Task FailAsync(WebServer server, int times)
    {
        for (var i = 0; i < times; i++)
            await server.StatusAsync("/me", bearer: ApiKeyServer.WrongKey);
    }

    private static async Task<HttpStatusCode> StatusBehindProxyAsync(WebServer server, string client, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/me");
        request.Headers.Add("X-API-Key", key);
        request.Headers.Add("X-Forwarded-For", client);
        using var response = await server.Client.SendAsync(request);
        return response.StatusCode;
    }

    private static Task<WebServer> ReplicaAsync(Backend backend) => ApiKeyServer.StartAsync(services: backend.Use);

    private Task<WebServer> StartAsync(int failures = 5) => ApiKeyServer.StartAsync(
        keys =>
        {
            keys.FailuresBeforeBan = failures;
            keys.List.Add(new ApiKeyEntry { Name = "partner", Key = ApiKeyServer.Key });
            keys.List.Add(new ApiKeyEntry { Name = "disabled", Key = ApiKeyServer.OtherKey, Enabled = false });
            keys.List.Add(new ApiKeyEntry { Name = "expired", Key = new string('x', 30) + "-expired", ExpiresAt = _time.GetUtcNow() });
        },
        services: services => services.AddSingleton<TimeProvider>(_time));
}
