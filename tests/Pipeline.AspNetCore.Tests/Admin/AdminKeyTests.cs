using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Fixtures;
using Pipeline.Problems;
using Xunit;

namespace Pipeline.Admin;

/// <summary>Rows D6 (admin) and Q9 (keys).</summary>
public sealed class AdminKeyTests
{
    private const string Root = "an-operators-key-of-enough-length";

    private static readonly string[] Scopes = ["predict"];

    [Fact]
    public async Task Keys_are_made_listed_rotated_and_revoked()
    {
        await using var server = await StartAsync();

        var made = await SendAsync(server, HttpMethod.Post, "/admin/keys", new { name = "robot", tenant = "acme", scopes = Scopes });
        var key = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;
        var again = await SendAsync(server, HttpMethod.Post, "/admin/keys", new { name = "robot" });
        var list = await (await SendAsync(server, HttpMethod.Get, "/admin/keys")).Content.ReadAsStringAsync();
        var asRobot = await SendAsync(server, HttpMethod.Get, "/whoami", key: key);
        var rotated = await SendAsync(server, HttpMethod.Post, "/admin/keys/robot/rotate?graceSeconds=0");
        var newKey = (await rotated.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;
        var withOld = await SendAsync(server, HttpMethod.Get, "/whoami", key: key);
        var withNew = await SendAsync(server, HttpMethod.Get, "/whoami", key: newKey);
        var revoked = await SendAsync(server, HttpMethod.Delete, "/admin/keys/robot");
        var withRevoked = await SendAsync(server, HttpMethod.Get, "/whoami", key: newKey);
        var nothing = await SendAsync(server, HttpMethod.Delete, "/admin/keys/robot");

        made.StatusCode.Should().Be(HttpStatusCode.Created);
        made.Headers.CacheControl!.NoStore.Should().BeTrue();
        (await again.ReadProblemAsync()).Code.Should().Be(ProblemCodes.Conflict);
        list.Should().Contain("\"name\":\"robot\"").And.Contain("\"name\":\"root\"").And.NotContain(key).And.NotContain(Root);
        (await asRobot.Content.ReadAsStringAsync()).Should().Be("acme");
        withOld.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        withNew.StatusCode.Should().Be(HttpStatusCode.OK);
        revoked.StatusCode.Should().Be(HttpStatusCode.NoContent);
        withRevoked.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        nothing.StatusCode.Should().Be(HttpStatusCode.NotFound);
        await server.App.StopAsync();
        server.Log.Events.Where(static e => e.Id.Id == 12700).Select(static e => (e.Values["Actor"], e.Values["Action"], e.Values["Subject"], e.Values["Count"])).Should().Equal(
            ("root", "create key", "robot", 1L), ("root", "create key", "robot", 0L), ("root", "rotate key", "robot", 1L), ("root", "revoke key", "robot", 1L), ("root", "revoke key", "robot", 0L));
        server.Log.Events.Should().NotContain(e => e.Text.Contains(key) || e.Text.Contains(newKey));
    }

    [Theory]
    [InlineData("{\"name\":\"a b\"}", 422)]
    [InlineData("{}", 400)]
    [InlineData("{\"name\":\"a\",\"scope\":[\"admin\"]}", 400)]
    [InlineData("{\"name\":\"a\",\"allowedNetworks\":[\"everywhere\"]}", 422)]
    public async Task A_key_that_cannot_be_made_is_a_clear_refusal(string body, int status)
    {
        await using var server = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/admin/keys") { Headers = { Authorization = new("Bearer", Root) } };
        request.Content = new StringContent(body, new MediaTypeHeaderValue("application/json"));

        using var response = await server.Client.SendAsync(request);

        var problem = await response.ReadProblemAsync();
        problem.Status.Should().Be(status);
        problem.Text.Should().NotContain("Parameter");
    }

    [Fact]
    public async Task Without_a_store_a_key_cannot_be_made()
    {
        await using var server = await StartAsync(store: false);

        var refusal = await (await SendAsync(server, HttpMethod.Post, "/admin/keys", new { name = "robot" })).ReadProblemAsync();

        refusal.Code.Should().Be(ProblemCodes.Conflict);
        refusal.Detail.Should().Contain("ApiKeys:Store");
    }

    [Fact]
    public async Task A_key_without_the_scope_does_not_come_in()
    {
        await using var server = await StartAsync();
        var made = await SendAsync(server, HttpMethod.Post, "/admin/keys", new { name = "robot" });
        var key = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;

        (await SendAsync(server, HttpMethod.Get, "/admin/keys", key: key)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    private static Task<WebServer> StartAsync(bool store = true) => WebServer.StartAsync(
        static app =>
        {
            app.MapPipelineAdmin().RequireScope("admin");
            app.MapGet("/whoami", static () => Steps.CallContext.Current.Tenant).RequireAuthorization();
        },
        static (services, _) => services.AddAuthentication().AddPipelineApiKeys(),
        new Dictionary<string, string?>
        {
            ["Http:ApiKeys:Store"] = store ? "true" : "false",
            ["Http:ApiKeys:List:0:Name"] = "root",
            ["Http:ApiKeys:List:0:Key"] = Root,
            ["Http:ApiKeys:List:0:Scopes:0"] = "admin",
        });

    private static async Task<HttpResponseMessage> SendAsync(WebServer server, HttpMethod method, string path, object? body = null, string key = Root)
    {
        using var request = new HttpRequestMessage(method, path) { Headers = { Authorization = new("Bearer", key) } };
        if (body is not null)
            request.Content = JsonContent.Create(body);
        return await server.Client.SendAsync(request);
    }
}
