using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Pipeline.Fixtures;
using Xunit;

namespace Pipeline.Requests;

/// <summary>Row V10.</summary>
public sealed class SecurityHeadersTests
{
    private static readonly string[] Names =
        ["X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy", "Content-Security-Policy", "Strict-Transport-Security"];

    [Fact]
    public async Task There_are_none_unless_asked_for()
    {
        await using var server = await WebServer.StartAsync(Map);

        (await AskAsync(server, "/")).Should().BeEmpty();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/missing")]
    [InlineData("/error")]
    public async Task Every_answer_has_them_refusals_and_errors_too(string path)
    {
        await using var server = await StartAsync();

        (await AskAsync(server, path)).Should().BeEquivalentTo(new Dictionary<string, string>
        {
            ["X-Content-Type-Options"] = "nosniff",
            ["X-Frame-Options"] = "DENY",
            ["Referrer-Policy"] = "no-referrer",
            ["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'",
        });
    }

    [Fact]
    public async Task Strict_transport_security_is_sent_over_https_only()
    {
        await using var server = await StartAsync();

        (await AskAsync(server, "/", "https")).Should().Contain("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
        (await AskAsync(server, "/", "http")).Should().NotContainKey("Strict-Transport-Security");
    }

    [Fact]
    public async Task An_endpoint_can_have_its_own_or_none()
    {
        await using var server = await StartAsync();

        (await AskAsync(server, "/page")).Should().Contain("Content-Security-Policy", "default-src 'self'").And.ContainKey("X-Frame-Options");
        (await AskAsync(server, "/none")).Should().BeEmpty();
        (await AskAsync(server, "/framed")).Should().Contain("X-Frame-Options", "SAMEORIGIN");
    }

    [Fact]
    public async Task A_value_that_no_header_has_stops_the_start()
    {
        var starting = () => WebServer.StartAsync(Map, settings: new Dictionary<string, string?>
        {
            ["Http:SecurityHeaders:FrameOptions"] = "DENY\r\nX-Evil: 1",
            ["Http:SecurityHeaders:HstsMaxAge"] = "-1.00:00:00",
        });

        await starting.Should().ThrowAsync<OptionsValidationException>().WithMessage("*FrameOptions is no header's value*HstsMaxAge is *");
    }

    private static Task<WebServer> StartAsync() => WebServer.StartAsync(Map, settings: new Dictionary<string, string?>
    {
        ["Http:SecurityHeaders:Enabled"] = "true",
        ["Http:SecurityHeaders:HstsIncludesSubdomains"] = "true",
        ["Http:ForwardedHeaders:KnownProxies:0"] = "127.0.0.1",
    });

    private static void Map(WebApplication app)
    {
        app.MapGet("/", static () => "x");
        app.MapGet("/error", static _ => throw new InvalidOperationException());
        app.MapGet("/page", static () => "x").WithContentSecurityPolicy("default-src 'self'");
        app.MapGet("/none", static () => "x").WithoutSecurityHeaders();
        app.MapGet("/framed", static context =>
        {
            context.Response.Headers.XFrameOptions = "SAMEORIGIN";
            return Task.CompletedTask;
        });
    }

    private static async Task<Dictionary<string, string>> AskAsync(WebServer server, string path, string? scheme = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (scheme is not null)
        {
            request.Headers.Add("X-Forwarded-For", "203.0.113.9");
            request.Headers.Add("X-Forwarded-Proto", scheme);
        }

        using var response = await server.Client.SendAsync(request);
        return response.Headers.Where(static header => Names.Contains(header.Key)).ToDictionary(static header => header.Key, static header => header.Value.Single());
    }
}
