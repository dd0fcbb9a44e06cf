using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using FluentAssertions;
using Pipeline.Admin;
using Pipeline.Fixtures;
using Pipeline.Postgres.Servers;
using Pipeline.Problems;
using Pipeline.Redis.Servers;
using Xunit;

namespace Pipeline.Samples;

/// <summary>The sample samples/Api, whole: rows C9, D7 (by its parts), I1, I2, V9.</summary>
public sealed class ApiTests
{
    private static readonly string[] Scopes = ["ask", "documents"];

    [Theory]
    [InlineData(BackendKind.Memory)]
    [InlineData(BackendKind.Redis)]
    [InlineData(BackendKind.Postgres)]
    public async Task It_answers_and_indexes_on_every_backend(BackendKind kind)
    {
        await using var redis = kind == BackendKind.Redis ? await RedisServer.StartAsync() : null;
        await using var postgres = kind == BackendKind.Postgres ? await PostgresServer.StartAsync() : null;
        await using var process = ApiProcess.Start(new Dictionary<string, string>
        {
            ["Backend"] = kind.ToString(),
            ["ConnectionStrings__Redis"] = redis?.Address ?? "",
            ["ConnectionStrings__Postgres"] = postgres is null ? "" : (await postgres.CreateDatabaseAsync()),
        });
        using var client = await process.ConnectAsync();

        var first = await AskAsync(client, "What is the longest word?");
        var second = await AskAsync(client, "What is the longest word?");
        var refusal = await client.PostAsJsonAsync("/ask", new { text = "x", model = "huge:9" });
        first.GetProperty("cached").GetBoolean().Should().BeFalse();
        first.GetProperty("cost").GetDecimal().Should().BePositive();
        second.GetProperty("cached").GetBoolean().Should().BeTrue();
        second.GetProperty("answer").GetString().Should().Be(first.GetProperty("answer").GetString());
        (await refusal.ReadProblemAsync()).Code.Should().Be(ProblemCodes.InvalidInput);

        var id = await AddAsync(client, "to be or not to be", "a-key");
        (await AddAsync(client, "to be or not to be", "a-key")).Should().Be(id);
        var document = await WaitAsync(client, id, "Completed");
        document.GetProperty("index").GetProperty("words").GetInt32().Should().Be(6);
        document.GetProperty("index").GetProperty("distinctWords").GetInt32().Should().Be(4);

        var damaged = await AddAsync(client, "broken \uFFFD text", "b-key");
        (await WaitAsync(client, damaged, "Failed")).GetProperty("error").GetString().Should().Contain("U+FFFD");
        await Waiting.UntilAsync(async () => (await GetAsync(client, "/admin/queues/documents")).GetProperty("dead").GetInt64() == 1, "the dead letter");
        (await GetAsync(client, "/admin/queues/documents/dead-letters")).GetProperty("items")[0].GetProperty("id").GetGuid().Should().Be(damaged);

        using var stranger = await process.ConnectAsync(await MakeKeyAsync(client, "stranger", "elsewhere"));
        (await stranger.GetAsync($"/documents/{id}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await stranger.GetAsync("/admin/queues")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Its_operations_are_there()
    {
        await using var process = ApiProcess.Start();
        using var client = await process.ConnectAsync();
        using var nobody = new HttpClient { BaseAddress = client.BaseAddress };
        await AskAsync(client, "How much?");

        foreach (var path in new[] { "/livez", "/readyz", "/healthz", "/version", "/metrics" })
            (await nobody.GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.OK, path);
        (await nobody.GetAsync("/admin/queues")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await nobody.PostAsJsonAsync("/ask", new { text = "x" })).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await nobody.GetStringAsync("/metrics")).Should().Contain("pipeline_step_duration_seconds_bucket{").And.Contain("pipeline_step=\"answer\"");
        var spend = await GetAsync(client, "/admin/spend");
        spend.GetProperty("rows").EnumerateArray().Should().ContainSingle(static row => row.GetProperty("tenant").GetString() == "development");
        (await GetAsync(client, "/admin/doctor?skip-network")).GetProperty("checks").GetArrayLength().Should().BeGreaterThan(30);
        var answer = await client.GetAsync("/admin/keys");
        (await answer.Content.ReadAsStringAsync()).Should().Contain("developer").And.NotContain(ApiProcess.DevelopmentKey);
        answer.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
    }

    [Fact]
    public async Task Its_configuration_is_exported_and_imported()
    {
        using var folder = new SettingsFolder();
        await using var process = ApiProcess.Start(new Dictionary<string, string> { ["Http__Admin__SettingsFile"] = folder.File });
        using var client = await process.ConnectAsync();
        var document = await GetAsync(client, "/admin/configuration");
        document.GetProperty("settings").GetProperty("Http").GetProperty("RateLimits").GetProperty("Default").GetString().Should().Be("600/60");

        using var answer = await client.PostAsync("/admin/configuration", new StringContent(
            """{"format":"pipeline-configuration","version":1,"settings":{"Pipeline":{"Chains":{"index":{"Enabled":false}}}}}""", Encoding.UTF8, "application/json"));

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        await Waiting.UntilAsync(async () => (await GetAsync(client, "/admin/configuration")).GetProperty("settings").ToString().Contains("Chains"), "the reload");
        (await GetAsync(client, "/admin/doctor?only=http.admin-settings&only=chain.enabled")).GetProperty("checks").EnumerateArray()
            .Select(static check => check.GetProperty("status").GetString()).Should().Equal("warning", "ok");
    }

    [Fact]
    public async Task Its_log_is_JSON_with_one_event_a_request_and_a_step()
    {
        await using var process = ApiProcess.Start();
        using var client = await process.ConnectAsync();
        client.DefaultRequestHeaders.Add("X-Request-ID", "r-1");
        await AskAsync(client, "What is logged, with a secret?");
        var id = await AddAsync(client, "a document with a secret", key: null);
        await WaitAsync(client, id, "Completed");
        process.Terminate();
        (await process.WaitForEndAsync()).Should().Be(0);

        var events = process.Output.Select(static line => JsonDocument.Parse(line).RootElement).ToArray();

        var ask = events.Where(static e => Id(e) == 12000 && State(e, "Route") == "/ask").Should().ContainSingle().Subject;
        (State(ask, "StatusCode"), State(ask, "RequestId"), State(ask, "Tenant"), State(ask, "Method")).Should().Be(("200", "r-1", "development", "POST"));
        ask.GetProperty("Scopes").EnumerateArray().Should().Contain(static scope => Value(scope, "RequestId") == "r-1" && Value(scope, "Tenant") == "development");
        var step = events.Where(static e => Id(e) == 1004).Should().ContainSingle().Subject;
        (State(step, "Step"), State(step, "Outcome"), State(step, "Tenant"), State(step, "RequestId")).Should().Be(("answer", "succeeded", "development", "r-1"));
        var chain = events.Where(static e => Id(e) == 1102).Should().ContainSingle().Subject;
        (State(chain, "Step"), State(chain, "MessageId"), State(chain, "RequestId")).Should().Be(("index", id.ToString(), "r-1"));
        process.Output.Should().NotContain(static line => line.Contains("secret") || line.Contains(ApiProcess.DevelopmentKey));
        process.Error.Should().BeEmpty();
    }

    [Fact]
    public async Task In_production_it_does_not_start_without_keys()
    {
        await using var process = ApiProcess.Start(new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Production" });

        (await process.WaitForEndAsync()).Should().NotBe(0);

        string.Join('\n', process.Error).Should().Contain("ApiKeys: keys are required");
        process.Output.Should().NotContain(static line => line.Contains("Now listening"));
    }

    [Theory]
    [InlineData("Redis", "127.0.0.1:1", "Redis at 127.0.0.1:1")]
    [InlineData("Postgres", "Host=127.0.0.1;Port=1;Username=u;Password=hunter2;Database=d", "127.0.0.1:1")]
    public async Task A_backend_that_does_not_answer_stops_the_start_and_is_named(string backend, string connection, string name)
    {
        await using var process = ApiProcess.Start(new Dictionary<string, string> { ["Backend"] = backend, [$"ConnectionStrings__{backend}"] = connection });

        (await process.WaitForEndAsync()).Should().NotBe(0);

        var written = string.Join('\n', process.Error.Concat(process.Output));
        written.Should().Contain(name).And.NotContain("hunter2").And.NotContain("Now listening");
    }

    [Fact]
    public async Task The_doctor_is_a_command()
    {
        await using var well = ApiProcess.Start(null, "doctor", "--json", "--skip-network");
        (await well.WaitForEndAsync()).Should().Be(0, string.Join('\n', well.Output));
        using var report = JsonDocument.Parse(string.Join('\n', well.Output));
        report.RootElement.GetProperty("checks").GetArrayLength().Should().BeGreaterThan(30);

        await using var ill = ApiProcess.Start(new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Production" }, "doctor", "--json", "--only-errors");
        (await ill.WaitForEndAsync()).Should().Be(1);
        using var errors = JsonDocument.Parse(string.Join('\n', ill.Output));
        errors.RootElement.GetProperty("checks").EnumerateArray().Select(static check => (check.GetProperty("name").GetString(), check.GetProperty("status").GetString()))
            .Should().Contain(("http.api-keys", "error")).And.OnlyContain(static check => check.Item2 == "error");
    }

    private static int Id(JsonElement e) => e.GetProperty("EventId").GetInt32();

    private static string? State(JsonElement e, string name) => Value(e.GetProperty("State"), name);

    private static string? Value(JsonElement state, string name) => state.ValueKind == JsonValueKind.Object && state.TryGetProperty(name, out var value) ? value.ToString() : null;

    private static async Task<JsonElement> AskAsync(HttpClient client, string text)
    {
        using var response = await client.PostAsJsonAsync("/ask", new { text });
        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        response.Headers.Contains("X-RateLimit-Remaining").Should().BeTrue();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<Guid> AddAsync(HttpClient client, string text, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/documents") { Content = JsonContent.Create(new { text }) };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        using var response = await client.SendAsync(request);
        response.StatusCode.Should().Be(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    private static async Task<JsonElement> WaitAsync(HttpClient client, Guid id, string state)
    {
        JsonElement document = default;
        await Waiting.UntilAsync(
            async () =>
            {
                using var response = await client.GetAsync($"/documents/{id}");
                document = await response.Content.ReadFromJsonAsync<JsonElement>();
                return document.GetProperty("state").GetString() == state;
            },
            $"the document to be {state}");
        return document;
    }

    private static async Task<string> MakeKeyAsync(HttpClient client, string name, string tenant)
    {
        using var response = await client.PostAsJsonAsync("/admin/keys", new { name, tenant, scopes = Scopes });
        response.StatusCode.Should().Be(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;
    }

    private static async Task<JsonElement> GetAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
