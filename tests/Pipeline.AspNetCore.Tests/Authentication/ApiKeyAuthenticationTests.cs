using System.Net;
using System.Text;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Fixtures;
using Xunit;

namespace Pipeline.Authentication;

/// <summary>V1: who comes with a key, and who without or with a wrong one.</summary>
public sealed class ApiKeyAuthenticationTests
{
    [Fact]
    public async Task A_key_is_taken_as_a_bearer_token_and_in_a_header_of_its_own()
    {
        await using var server = await ApiKeyServer.StartAsync();

        (await server.StatusAsync("/me", bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.OK);
        (await server.StatusAsync("/me", header: ApiKeyServer.Key)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_caller_has_the_claims_of_the_key()
    {
        await using var server = await ApiKeyServer.StartAsync(settings: new Dictionary<string, string?>
        {
            ["List:0:Name"] = "partner",
            ["List:0:Key"] = ApiKeyServer.Key,
            ["List:0:Tenant"] = "acme",
            ["List:0:Scopes:0"] = "predict",
            ["List:0:Scopes:1"] = "read_models",
        });

        using var response = await server.GetAsync("/me", bearer: ApiKeyServer.Key);

        (await response.Content.ReadAsStringAsync()).Split('\n').Should().Contain(
            ["tenant=acme", "scope=predict", "scope=read_models", "pipeline:key=partner", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier=key:partner"]);
    }

    [Fact]
    public async Task Without_a_key_the_answer_is_401_with_a_challenge_that_names_no_error()
    {
        await using var server = await ApiKeyServer.StartAsync(settings: new Dictionary<string, string?> { ["Keys"] = $"partner={ApiKeyServer.Key}", ["Realm"] = "traces" });

        using var response = await server.GetAsync("/me");

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Headers.WwwAuthenticate.ToString().Should().Be("Bearer realm=\"traces\"");
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        (await response.Content.ReadAsStringAsync()).Should().Contain("\"code\":\"unauthorized\"").And.Contain("\"requestId\":\"");
    }

    [Fact]
    public async Task With_a_key_one_bit_off_the_answer_is_401_with_an_error()
    {
        await using var server = await ApiKeyServer.StartAsync();
        var offByOneBit = ApiKeyServer.Key[..^1] + (char)(ApiKeyServer.Key[^1] ^ 1);

        using var response = await server.GetAsync("/me", bearer: offByOneBit);

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Headers.WwwAuthenticate.ToString().Should().Be("Bearer realm=\"api\", error=\"invalid_token\"");
        (await response.Content.ReadAsStringAsync()).Should().NotContain(offByOneBit);
    }

    [Fact]
    public async Task An_open_endpoint_answers_whatever_the_key()
    {
        await using var server = await ApiKeyServer.StartAsync();

        (await server.StatusAsync("/open")).Should().Be(HttpStatusCode.OK);
        (await server.StatusAsync("/open", bearer: ApiKeyServer.WrongKey)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_bearer_token_wins_over_the_other_header()
    {
        await using var server = await ApiKeyServer.StartAsync();

        (await server.StatusAsync("/me", bearer: ApiKeyServer.WrongKey, header: ApiKeyServer.Key)).Should().Be(HttpStatusCode.Unauthorized);
        (await server.StatusAsync("/me", bearer: ApiKeyServer.Key, header: ApiKeyServer.WrongKey)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Another_scheme_of_authorization_leaves_the_other_header()
    {
        await using var server = await ApiKeyServer.StartAsync();

        var answer = await server.SendRawAsync(Request($"Authorization: Basic dXNlcjpwYXNz\r\nX-API-Key: {ApiKeyServer.Key}"));

        answer.Should().StartWith("HTTP/1.1 200 ");
    }

    [Theory]
    [InlineData("Authorization: Bearer {0}\r\nAuthorization: Bearer {0}")]
    [InlineData("X-API-Key: {0}\r\nX-API-Key: {0}")]
    [InlineData("Authorization: Bearer {0}, Bearer {0}")]
    [InlineData("Authorization: Bearer")]
    [InlineData("Authorization: Bearer ")]
    [InlineData("Authorization: Bearer \u043a\u043b\u044e\u0447{0}")]
    [InlineData("X-API-Key: ")]
    [InlineData("X-API-Key: {0} {0}")]
    [InlineData("X-API-Key: \u00fc{0}")]
    [InlineData("X-API-Key: {0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}{0}")]
    public async Task What_cannot_be_a_key_is_refused_as_a_wrong_one(string headers)
    {
        await using var server = await ApiKeyServer.StartAsync();

        var answer = await server.SendRawAsync(Request(string.Format(null, headers, ApiKeyServer.Key)));

        answer.Should().StartWith("HTTP/1.1 401 ").And.Contain("error=\"invalid_token\"").And.Contain("\"code\":\"unauthorized\"").And.NotContain(ApiKeyServer.Key);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        await using var server = await ApiKeyServer.StartAsync();
        byte[] request = [.. "GET /me HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-API-Key: "u8, 0xFF, 0xFE, 0x80, .. "\r\n\r\n"u8];

        (await server.SendRawAsync(request)).Should().MatchRegex("^HTTP/1.1 40[01] ");
    }

    [Fact]
    public async Task A_header_bomb_is_refused_by_the_server()
    {
        await using var server = await ApiKeyServer.StartAsync();

        var large = await server.SendRawAsync(Request($"X-API-Key: {new string('k', 40_000)}"));
        var many = await server.SendRawAsync(Request(string.Join("\r\n", Enumerable.Range(0, 150).Select(static i => $"X-{i}: {i}"))));

        large.Should().StartWith("HTTP/1.1 431 ");
        many.Should().StartWith("HTTP/1.1 431 ");
    }

    [Fact]
    public async Task Neither_logs_nor_answers_hold_a_key()
    {
        await using var server = await ApiKeyServer.StartAsync();
        using var right = await server.GetAsync("/me", bearer: ApiKeyServer.Key);
        using var wrong = await server.GetAsync("/me", bearer: ApiKeyServer.WrongKey);
        using var lacking = await server.GetAsync("/admin", bearer: ApiKeyServer.Key);

        var hash = KeyHash.Of(ApiKeyServer.Key).ToString();
        server.Log.Events.Where(static e => !e.Category.StartsWith("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal))
            .Should().NotContain(e => e.Text.Contains(ApiKeyServer.Key) || e.Text.Contains(ApiKeyServer.WrongKey) || e.Text.Contains(hash));
        (await right.Content.ReadAsStringAsync() + await wrong.Content.ReadAsStringAsync() + await lacking.Content.ReadAsStringAsync())
            .Should().NotContain(ApiKeyServer.Key).And.NotContain(ApiKeyServer.WrongKey);
    }

    [Fact]
    public async Task Keys_can_be_added_after_the_edge()
    {
        await using var server = await WebServer.StartAsync(
            static _ => { },
            static (services, _) =>
            {
                services.AddPipelineHttp();
                services.AddAuthentication().AddPipelineApiKeys(static keys => keys.Keys = $"partner={ApiKeyServer.Key}");
            });

        server.Services.GetRequiredService<ApiKeyDirectory>().Should().NotBeNull();
    }

    [Fact]
    public void Keys_are_added_once()
    {
        var authentication = new ServiceCollection().AddAuthentication().AddPipelineApiKeys();

        var again = () => authentication.AddPipelineApiKeys(scheme: "Other");

        again.Should().Throw<InvalidOperationException>().WithMessage("*once*");
    }

    private static byte[] Request(string headers) => Encoding.UTF8.GetBytes($"GET /me HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{headers}\r\n\r\n");
}
