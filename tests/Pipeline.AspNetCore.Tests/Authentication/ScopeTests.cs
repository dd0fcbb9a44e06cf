using System.Net;
using System.Security.Claims;
using FluentAssertions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Pipeline.Authentication;

/// <summary>I1, C7, Q9: scopes as authorization.</summary>
public sealed class ScopeTests
{
    [Theory]
    [InlineData("/admin")]
    [InlineData("/policy")]
    public async Task An_endpoint_with_a_scope_answers_403_without_it_and_401_without_a_key(string path)
    {
        await using var server = await ApiKeyServer.StartAsync(settings: new Dictionary<string, string?>
        {
            ["Entries"] = $"{ApiKeyServer.Key}:acme:predict,admin;{ApiKeyServer.OtherKey}:acme:predict",
        });

        (await server.StatusAsync(path, bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.OK);
        (await server.StatusAsync(path)).Should().Be(HttpStatusCode.Unauthorized);
        using var lacking = await server.GetAsync(path, bearer: ApiKeyServer.OtherKey);
        lacking.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        lacking.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        (await lacking.Content.ReadAsStringAsync()).Should().Contain("\"code\":\"forbidden\"");
    }

    [Fact]
    public async Task A_partner_reaches_its_own_queue_only()
    {
        await using var server = await ApiKeyServer.StartAsync(
            static keys =>
            {
                keys.List.Add(new ApiKeyEntry { Name = "one", Key = ApiKeyServer.Key, Scopes = { "queue:orders" } });
                keys.List.Add(new ApiKeyEntry { Name = "other", Key = ApiKeyServer.OtherKey, Scopes = { "queue:refunds", "queue:orders2" } });
            },
            map: static app => app.MapGroup("/queues/orders").RequireScope("queue:orders").MapGet("", static context => context.Response.WriteAsync("orders")));

        (await server.StatusAsync("/queues/orders", header: ApiKeyServer.Key)).Should().Be(HttpStatusCode.OK);
        (await server.StatusAsync("/queues/orders", header: ApiKeyServer.OtherKey)).Should().Be(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("admin", true)]
    [InlineData("read admin write", true)]
    [InlineData("administrator", false)]
    [InlineData("read-admin", false)]
    [InlineData("Admin", false)]
    [InlineData("", false)]
    public async Task A_claim_may_hold_several_scopes_as_tokens_do(string claim, bool isEnough)
    {
        (await IsMetAsync(new RequireScopeAttribute("admin", "ops"), new Claim(PipelineClaims.Scope, claim))).Should().Be(isEnough);
    }

    [Fact]
    public async Task Any_of_the_scopes_is_enough_and_no_other_claim()
    {
        var required = new RequireScopeAttribute("admin", "ops");

        (await IsMetAsync(required, new Claim(PipelineClaims.Scope, "ops"))).Should().BeTrue();
        (await IsMetAsync(required, new Claim(ClaimTypes.Role, "ops"))).Should().BeFalse();
        (await IsMetAsync(required)).Should().BeFalse();
    }

    [Theory]
    [InlineData]
    [InlineData("")]
    [InlineData("admin ops")]
    public void A_scope_that_nobody_can_have_is_refused(params string[] scopes)
    {
        var require = () => new RequireScopeAttribute(scopes);

        require.Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task Policies_of_the_host_win_and_other_names_are_none()
    {
        var services = new ServiceCollection();
        services.AddAuthentication().AddPipelineApiKeys();
        services.AddAuthorization(static options => options.AddPolicy("scope:admin", static policy => policy.RequireClaim("special")));
        await using var provider = services.BuildServiceProvider();
        var policies = provider.GetRequiredService<IAuthorizationPolicyProvider>();

        (await policies.GetPolicyAsync("scope:admin"))!.Requirements.Should().NotContain(static requirement => requirement is ScopeRequirement);
        (await policies.GetPolicyAsync("scope:other"))!.Requirements.Should().ContainSingle(static requirement => requirement is ScopeRequirement);
        (await policies.GetPolicyAsync("scope:")).Should().BeNull();
        (await policies.GetPolicyAsync("ops")).Should().BeNull();
    }

    private static async Task<bool> IsMetAsync(RequireScopeAttribute required, params Claim[] claims)
    {
        var requirements = required.GetRequirements().ToArray();
        var context = new AuthorizationHandlerContext(requirements, new ClaimsPrincipal(new ClaimsIdentity(claims, "test")), resource: null);
        await ((IAuthorizationHandler)requirements.Single()).HandleAsync(context);
        return context.HasSucceeded;
    }
}
