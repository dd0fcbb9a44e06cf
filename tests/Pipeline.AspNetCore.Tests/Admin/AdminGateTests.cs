using System.Net;
using FluentAssertions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Pipeline.Fixtures;
using Pipeline.Requests;
using Xunit;

namespace Pipeline.Admin;

/// <summary>Row D6 (admin): it is closed unless a policy is named.</summary>
public sealed class AdminGateTests
{
    public static TheoryData<string, Action<WebApplication>, string> OpenDoors => new()
    {
        { "no policy", static app => app.MapPipelineAdmin(), "*has no policy*Name a policy*" },
        { "any caller that is known", static app => app.MapPipelineAdmin().RequireAuthorization(), "*has no policy*" },
        { "anonymous", static app => app.MapPipelineAdmin(policy: "ops").AllowAnonymous(), "*AllowAnonymous*" },
        { "an unknown policy", static app => app.MapPipelineAdmin(policy: "opps"), "*'opps' is not there*" },
    };

    [Theory]
    [MemberData(nameof(OpenDoors))]
    public async Task An_open_administration_stops_the_start(string what, Action<WebApplication> map, string message)
    {
        var starting = () => WebServer.StartAsync(map, static (services, _) => HeaderAuthenticationHandler.Add(services));

        await starting.Should().ThrowAsync<InvalidOperationException>(what).WithMessage(message);
    }

    [Fact]
    public async Task A_policy_without_authorization_stops_the_start()
    {
        var starting = () => WebServer.StartAsync(static app => app.MapPipelineAdmin(policy: "ops"));

        await starting.Should().ThrowAsync<InvalidOperationException>().WithMessage("*no authorization*AddAuthorization*");
    }

    [Fact]
    public async Task The_policy_can_be_that_of_a_group_around_it_a_role_or_an_object()
    {
        await using var server = await WebServer.StartAsync(
            static app =>
            {
                app.MapGroup("/internal").RequireAuthorization("ops").MapPipelineAdmin();
                app.MapPipelineAdmin("/by-role").RequireAuthorization(new AuthorizeAttribute { Roles = "operator" });
                app.MapPipelineAdmin("/by-object").RequireAuthorization(static policy => policy.RequireClaim("never"));
            },
            static (services, _) => HeaderAuthenticationHandler.Add(services));

        (await GetAsync(server, "/internal/admin/version")).Should().Be(HttpStatusCode.OK);
        foreach (var path in new[] { "/by-role/version", "/by-object/version" })
        {
            (await GetAsync(server, path)).Should().Be(HttpStatusCode.Forbidden);
        }
    }

    private static async Task<HttpStatusCode> GetAsync(WebServer server, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "X-User", "operator" } } };
        using var response = await server.Client.SendAsync(request);
        return response.StatusCode;
    }
}
