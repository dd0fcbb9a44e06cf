using System.Net;
using System.Security.Claims;
using System.Text.Encodings.Web;
using FluentAssertions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Fixtures;
using Xunit;

namespace Pipeline.Authentication;

/// <summary>Q10: keys beside tokens of another scheme, and what an application may do with a key's caller.</summary>
public sealed class TokenSchemeTests
{
    private const string Token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";

    [Fact]
    public async Task Tokens_go_to_their_own_scheme_and_keys_stay()
    {
        await using var server = await ApiKeyServer.StartAsync(
            static keys => (keys.Keys, keys.TokenScheme) = ($"partner={ApiKeyServer.Key}", "Bearer"),
            services: static services => services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, TokenHandler>("Bearer", configureOptions: null));

        (await server.StatusAsync("/admin", bearer: Token)).Should().Be(HttpStatusCode.OK);
        (await server.StatusAsync("/me", bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.OK);
        (await server.StatusAsync("/admin", bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.Forbidden);
        (await server.StatusAsync("/me", bearer: Token + "x")).Should().Be(HttpStatusCode.Unauthorized);
        (await server.StatusAsync("/me", bearer: ApiKeyServer.WrongKey)).Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_beside_a_key_in_its_own_header_leaves_the_key()
    {
        await using var server = await ApiKeyServer.StartAsync();

        (await server.StatusAsync("/me", bearer: Token, header: ApiKeyServer.Key)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Without_a_scheme_for_them_tokens_are_refused()
    {
        await using var server = await ApiKeyServer.StartAsync();

        using var response = await server.GetAsync("/me", bearer: Token);

        response.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        response.Headers.WwwAuthenticate.ToString().Should().Contain("invalid_token");
    }

    [Fact]
    public async Task What_an_application_adds_to_a_caller_ends_with_the_request()
    {
        await using var server = await ApiKeyServer.StartAsync(map: static app =>
        {
            app.Use(static (context, next) =>
            {
                if (context.Request.Query.ContainsKey("add"))
                    context.User.AddIdentity(new ClaimsIdentity([new Claim(PipelineClaims.Scope, "admin")]));
                return next(context);
            });
        });

        (await (await server.GetAsync("/me?add", bearer: ApiKeyServer.Key)).Content.ReadAsStringAsync()).Should().Contain("scope=admin");
        (await (await server.GetAsync("/me", bearer: ApiKeyServer.Key)).Content.ReadAsStringAsync()).Should().NotContain("scope=admin");
    }

    [Fact]
    public void The_identity_of_a_key_cannot_be_changed_but_a_clone_can()
    {
        var identity = new ApiKeyIdentity(new ApiKeyDefinition("partner"));

        var add = () => identity.AddClaim(new Claim("a", "b"));
        var remove = () => identity.RemoveClaim(identity.Claims.First());

        add.Should().Throw<InvalidOperationException>();
        remove.Should().Throw<InvalidOperationException>();
        identity.Clone().AddClaim(new Claim("a", "b"));
        identity.IsAuthenticated.Should().BeTrue();
        identity.Name.Should().Be("partner");
        identity.HasClaim("a", "b").Should().BeFalse();
    }

    private sealed class TokenHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Request.Headers.Authorization == $"Bearer {Token}"
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(PipelineClaims.Scope, "read admin")], "token")), Scheme.Name))
            : AuthenticateResult.Fail("no"));
    }
}
