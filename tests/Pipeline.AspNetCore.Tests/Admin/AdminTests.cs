using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Diagnostics;
using Pipeline.Fixtures;
using Pipeline.Problems;
using Pipeline.Queues;
using Pipeline.Requests;
using Pipeline.Steps;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Admin;

/// <summary>Rows C3, C5, D6 (admin) and V9 (endpoint).</summary>
public sealed class AdminTests
{
    [Theory]
    [InlineData(BackendKind.Memory)]
    [InlineData(BackendKind.Redis)]
    [InlineData(BackendKind.Postgres)]
    public async Task Dead_letters_are_browsed_redriven_and_discarded(BackendKind kind)
    {
        await using var server = await StartAsync(kind);
        var ids = await KillAsync(server, 4);

        var page = await GetAsync(server, "/admin/queues/documents/dead-letters?limit=3&reason=unprocessable&tenant=default");
        var rest = await GetAsync(server, $"/admin/queues/documents/dead-letters?continuation={Uri.EscapeDataString(page.GetProperty("continuation").GetString()!)}");
        var redriven = await PostAsync(server, "redrive", new { ids = ids[..1] });
        var discarded = await PostAsync(server, "discard", new { max = 2 });
        var stats = await GetAsync(server, "/admin/queues/documents");
        var all = await PostAsync(server, "redrive", new { all = true });
        var list = await GetAsync(server, "/admin/queues");

        var letters = page.GetProperty("items").EnumerateArray().Concat(rest.GetProperty("items").EnumerateArray()).ToArray();
        letters.Select(static letter => letter.GetProperty("id").GetGuid()).Should().Equal(ids);
        letters[0].GetProperty("reason").GetString().Should().Be("Unprocessable");
        letters[0].GetProperty("bytes").GetInt32().Should().Be(7);
        letters[0].GetProperty("attempts")[0].GetProperty("error").GetString().Should().Be("Broken");
        page.GetRawText().Should().NotContain("secret").And.NotContain("body");
        Count(redriven).Should().Be(1);
        Count(discarded).Should().Be(2);
        stats.GetProperty("ready").GetInt64().Should().Be(1);
        stats.GetProperty("dead").GetInt64().Should().Be(1);
        stats.GetProperty("totalDeadLettered").GetInt64().Should().Be(4);
        Count(all).Should().Be(1);
        list.GetProperty("queues").EnumerateArray().Select(static queue => (queue.GetProperty("name").GetString(), queue.GetProperty("ready").GetInt64()))
            .Should().Equal(("documents", 2), ("others", 0));
    }

    [Fact]
    public async Task Every_change_says_who_made_it()
    {
        await using var server = await StartAsync();
        await KillAsync(server, 1);

        await PostAsync(server, "discard", new { all = true });

        var audit = server.Log.Events.Should().ContainSingle(static e => e.Id.Id == 12700).Subject;
        audit.Values.Should().Contain("Actor", "operator").And.Contain("Action", "discard").And.Contain("Subject", "documents").And.Contain("Count", 1L);
    }

    [Theory]
    [InlineData("{}", 422, "*Nothing is selected*")]
    [InlineData("{\"all\":true,\"max\":1}", 422, "*contradicts*")]
    [InlineData("{\"max\":0}", 422, "*max is less than 1*")]
    [InlineData("{\"ids\":[]}", 422, "*1 to 1,000 ids*")]
    [InlineData("{\"tenantt\":\"a\"}", 400, null)]
    [InlineData("{\"ids\":[\"x\"]}", 400, "*'$.ids[0]'*")]
    [InlineData("null", 400, null)]
    [InlineData("", 400, null)]
    public async Task An_order_that_does_not_say_clearly_what_it_means_is_refused(string body, int status, string? detail)
    {
        await using var server = await StartAsync();
        await KillAsync(server, 1);
        using var request = Request(HttpMethod.Post, "/admin/queues/documents/dead-letters/discard", "operator");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");

        using var response = await server.Client.SendAsync(request);

        var problem = await response.ReadProblemAsync();
        problem.Status.Should().Be(status);
        if (detail is not null)
            problem.Detail.Should().Match(detail);
        (await GetAsync(server, "/admin/queues/documents")).GetProperty("dead").GetInt64().Should().Be(1);
    }

    [Fact]
    public async Task A_form_of_another_site_can_order_nothing()
    {
        await using var server = await StartAsync();
        using var request = Request(HttpMethod.Post, "/admin/queues/documents/dead-letters/discard", "operator");
        request.Content = new StringContent("{\"all\":true}", Encoding.UTF8, "text/plain");

        using var response = await server.Client.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData("/admin/queues/nothing", 404)]
    [InlineData("/admin/queues/nothing/dead-letters", 404)]
    [InlineData("/stats/queue?name=nothing", 404)]
    [InlineData("/stats/queue", 400)]
    [InlineData("/admin/queues/documents/dead-letters?limit=0", 400)]
    [InlineData("/admin/queues/documents/dead-letters?limit=x", 400)]
    [InlineData("/admin/queues/documents/dead-letters?reason=7", 400)]
    [InlineData("/admin/queues/documents/dead-letters?deadFrom=soon", 400)]
    [InlineData("/admin/queues/documents/dead-letters?continuation=nonsense", 400)]
    [InlineData("/admin/spend?by=colour", 400)]
    [InlineData("/admin/spend?interval=year", 400)]
    [InlineData("/admin/spend?from=2026-02-01&to=2026-01-01", 400)]
    [InlineData("/admin/spend?tenant=%01", 400)]
    [InlineData("/admin/doctor?only=no-such-check", 400)]
    [InlineData("/admin/doctor?skip-network=perhaps", 400)]
    public async Task What_cannot_be_understood_is_a_clear_refusal(string path, int status)
    {
        await using var server = await StartAsync();
        using var request = Request(HttpMethod.Get, path, "operator");

        using var response = await server.Client.SendAsync(request);

        (await response.ReadProblemAsync()).Status.Should().Be(status);
    }

    [Fact]
    public async Task Spend_is_told_by_tenant_and_model_in_exact_money()
    {
        await using var server = await StartAsync();
        foreach (var (tenant, cost) in new[] { ("acme", 0.1m), ("acme", 0.2m), ("globex", 0.3m) })
        {
            await server.Services.GetRequiredService<IStepRunner<decimal, decimal>>().RunAsync(cost, new CallContext { Tenant = tenant });
        }

        var spend = await GetAsync(server, "/admin/spend");
        var one = await GetAsync(server, "/admin/spend?tenant=globex&by=step&interval=day");

        spend.GetProperty("currency").GetString().Should().Be("USD");
        spend.GetProperty("rows").EnumerateArray()
            .Select(static row => (row.GetProperty("tenant").GetString(), row.GetProperty("model").GetString(), row.GetProperty("calls").GetInt64(), row.GetProperty("cost").GetDecimal()))
            .Should().BeEquivalentTo(new[] { ("acme", "m-1", 2L, 0.3m), ("globex", "m-1", 1L, 0.3m) });
        var row = one.GetProperty("rows").EnumerateArray().Should().ContainSingle().Subject;
        row.GetProperty("step").GetString().Should().Be("answer");
        row.TryGetProperty("tenant", out _).Should().BeFalse();
    }

    [Fact]
    public async Task The_doctor_and_the_version_answer()
    {
        await using var server = await StartAsync();

        var report = await GetAsync(server, "/admin/doctor?skip-network&only=queue.*&only=rate-limiting.*");
        var errors = await GetAsync(server, "/admin/doctor?only-errors=true&skip-network=true");
        var version = await GetAsync(server, "/admin/version");
        var stats = await GetAsync(server, "/stats/queue?name=documents");
        var open = await server.Client.GetFromJsonAsync<JsonElement>("/version");

        report.GetProperty("checks").EnumerateArray().Should().OnlyContain(static check =>
            check.GetProperty("name").GetString()!.StartsWith("queue.") || check.GetProperty("name").GetString()!.StartsWith("rate-limiting."));
        errors.GetProperty("checks").EnumerateArray().Select(static check => check.GetProperty("name").GetString()).Should().Equal("test.broken");
        errors.GetProperty("counts").GetProperty("ok").GetInt32().Should().BePositive();
        version.GetProperty("pipeline").GetString().Should().NotBeNullOrEmpty();
        open.GetRawText().Should().Be(version.GetRawText());
        stats.GetProperty("name").GetString().Should().Be("documents");
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("somebody", 403)]
    [InlineData("operator", 200)]
    public async Task Only_those_whom_the_policy_names_come_in(string? user, int status)
    {
        await using var server = await StartAsync();

        foreach (var path in new[] { "/admin/queues", "/admin/queues/documents", "/admin/queues/documents/dead-letters", "/admin/spend", "/admin/version", "/admin/configuration", "/admin/doctor?only=queue.*" })
        {
            using var request = Request(HttpMethod.Get, path, user);
            using var response = await server.Client.SendAsync(request);
            ((int)response.StatusCode).Should().Be(status, path);
        }
    }

    private static async Task<WebServer> StartAsync(BackendKind kind = BackendKind.Memory)
    {
        var backend = await Backend.CreateAsync(kind);
        return await WebServer.StartAsync(
            static app =>
            {
                app.MapPipelineAdmin(policy: "ops");
                app.MapPipelineVersion();
                app.MapPipelineQueueStats();
            },
            (services, _) =>
            {
                HeaderAuthenticationHandler.Add(services);
                backend.Use(services);
                services.AddSingleton<IDoctorCheck, BrokenCheck>();
                services.AddPipeline().AddQueue("documents").AddQueue("others").AddStep<decimal, decimal>("answer", static (cost, context, _) =>
                {
                    context.Model = "m-1";
                    context.Cost = cost;
                    return new(cost);
                });
            });
    }

    private static async Task<Guid[]> KillAsync(WebServer server, int count)
    {
        var queue = server.Services.GetRequiredService<IQueueProvider>().GetQueue("documents");
        var ids = new List<Guid>();
        for (var i = 0; i < count; i++)
        {
            await queue.EnqueueAsync([new QueueMessage(Encoding.UTF8.GetBytes("secret!"))]);
            var received = (await queue.ReceiveAsync(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(30))).Single();
            await queue.DeadLetterAsync(new QueueRejection(received.Receipt, DeadLetterReason.Unprocessable, new MessageError("Broken", "It is broken.")));
            ids.Add(received.Message.Id);
        }

        return [.. ids];
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string? user)
    {
        var request = new HttpRequestMessage(method, path);
        if (user is not null)
            request.Headers.Add("X-User", user);
        return request;
    }

    private static async Task<JsonElement> GetAsync(WebServer server, string path)
    {
        using var request = Request(HttpMethod.Get, path, "operator");
        using var response = await server.Client.SendAsync(request);
        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<JsonElement> PostAsync(WebServer server, string action, object selection)
    {
        using var request = Request(HttpMethod.Post, $"/admin/queues/documents/dead-letters/{action}", "operator");
        request.Content = JsonContent.Create(selection);
        using var response = await server.Client.SendAsync(request);
        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static long Count(JsonElement answer) => answer.GetProperty("count").GetInt64();

    private sealed class BrokenCheck : IDoctorCheck
    {
        public string Name => "test.broken";

        public bool UsesNetwork => false;

        public ValueTask<DoctorResult> CheckAsync(CancellationToken cancellationToken = default) => new(DoctorResult.Error("It is broken.", "Mend it."));
    }
}
