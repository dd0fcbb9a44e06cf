using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Pipeline.Fixtures;
using Xunit;

namespace Pipeline.Requests;

/// <summary>Row V2: forwarded headers only from known proxies. The test's own client is the peer 127.0.0.1.</summary>
public sealed class ForwardedHeadersTests
{
    [Fact]
    public async Task Nobody_is_believed_unless_configured_not_even_this_machine()
    {
        await using var server = await StartAsync([]);

        (await AskAsync(server, "203.0.113.9", "https")).Should().Be("127.0.0.1 http");
    }

    [Theory]
    [InlineData("KnownProxies:0", "10.0.0.7")]
    [InlineData("KnownNetworks:0", "10.0.0.0/8")]
    public async Task A_forged_header_of_an_unknown_peer_is_ignored(string setting, string value)
    {
        await using var server = await StartAsync(new() { [setting] = value });

        (await AskAsync(server, "203.0.113.9", "https")).Should().Be("127.0.0.1 http");
    }

    [Theory]
    [InlineData("KnownProxies:0", "127.0.0.1")]
    [InlineData("KnownNetworks:0", "127.0.0.0/8")]
    public async Task A_known_proxy_is_believed(string setting, string value)
    {
        await using var server = await StartAsync(new() { [setting] = value });

        (await AskAsync(server, "203.0.113.9", "https")).Should().Be("203.0.113.9 https");
    }

    [Fact]
    public async Task What_a_caller_wrote_before_the_proxy_is_not_believed()
    {
        await using var server = await StartAsync(new() { ["KnownProxies:0"] = "127.0.0.1", ["ForwardLimit"] = "3" });

        (await AskAsync(server, "10.1.1.1, 203.0.113.9", null)).Should().Be("203.0.113.9 http");
    }

    [Fact]
    public async Task As_many_proxies_are_believed_as_configured()
    {
        await using var server = await StartAsync(new() { ["KnownNetworks:0"] = "127.0.0.0/8", ["ForwardLimit"] = "2" });

        (await AskAsync(server, "198.51.100.1, 203.0.113.9, 127.0.0.2", null)).Should().Be("203.0.113.9 http");
    }

    [Theory]
    [InlineData("KnownProxies:0", "proxy.example", "*'proxy.example' is no address*")]
    [InlineData("KnownNetworks:0", "10.0.0.0", "*is no network*")]
    [InlineData("KnownNetworks:0", "0.0.0.0/0", "*every address there is*")]
    [InlineData("ForwardLimit", "0", "*ForwardLimit is 0. Give a value from 1 to 16.*")]
    public async Task A_bad_setting_stops_the_start(string setting, string value, string message)
    {
        var starting = () => StartAsync(new() { [setting] = value });

        await starting.Should().ThrowAsync<OptionsValidationException>().WithMessage(message);
    }

    private static Task<WebServer> StartAsync(Dictionary<string, string?> settings) => WebServer.StartAsync(
        app => app.MapGet("/", static context => context.Response.WriteAsync($"{context.Connection.RemoteIpAddress} {context.Request.Scheme}")),
        settings: settings.ToDictionary(static pair => $"Http:ForwardedHeaders:{pair.Key}", static pair => pair.Value));

    private static async Task<string> AskAsync(WebServer server, string forwardedFor, string? scheme)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "X-Forwarded-For", forwardedFor } } };
        if (scheme is not null)
            request.Headers.Add("X-Forwarded-Proto", scheme);
        using var response = await server.Client.SendAsync(request);
        return await response.Content.ReadAsStringAsync();
    }
}
