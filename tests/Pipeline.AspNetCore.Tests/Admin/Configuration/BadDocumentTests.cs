using System.Text.Json;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Pipeline.Fixtures;
using Pipeline.Problems;
using Xunit;

namespace Pipeline.Admin;

/// <summary>Row D6 (admin): what an import refuses, and that nothing of it is done then.</summary>
public sealed class BadDocumentTests : IDisposable
{
    private const string Good = "a-key-of-somebody-or-other-0";
    private const string Secret = "planted-secret-of-a-document";
    private const string Hash = "36bbe50ed96841d10443bcb670d6554f0a34b761be67ec9c4a8ad2c0c44ca42c";

    private readonly SettingsFolder _folder = new();

    public static TheoryData<string, int, string> Bodies => new()
    {
        { "{", 400, "Correct it at line 1*" },
        { "null", 422, "*'format'*" },
        { "[]", 422, "*'format'*" },
        { "{}", 422, "*'format' is not 'pipeline-configuration'. Give what GET*" },
        { """{"format":"appsettings","version":1}""", 422, "*'format' is not 'pipeline-configuration'*" },
        { """{"format":"pipeline-configuration"}""", 422, "*'version' is no version. Give 1*" },
        { """{"format":"pipeline-configuration","version":"1"}""", 422, "*'version' is no version*" },
        { """{"format":"pipeline-configuration","version":0}""", 422, "*'version' is no version*" },
        { """{"format":"pipeline-configuration","version":2,"parts":[]}""", 422, "*is of version 2, and this server reads 1. Bring it to the version*" },
        { """{"format":"pipeline-configuration","version":1,"setings":{}}""", 400, "*'$.setings'*" },
        { """{"format":"pipeline-configuration","version":1,"keys":{}}""", 400, "*'$.keys'*" },
        { """{"format":"pipeline-configuration","version":1,"settings":{},"settings":{}}""", 400, "*" },
    };

    public static TheoryData<string, string> Settings => new()
    {
        { "7", "'settings' is no object.*" },
        { """{"Logging":{"LogLevel":{"Default":"None"}}}""", "'Logging:LogLevel:Default' is no setting of this application; its sections are 'Pipeline', 'Http'.*" },
        { """{"Http":7}""", "'Http' is no setting of this application*" },
        { """{"Http":{"RateLimit":{"Default":"2/60"}}}""", "'Http:RateLimit' is no setting of the HTTP edge. Its sections are Admin, ApiKeys, *Correct the name, or remove it." },
        { """{"Http":{"RateLimits":{"Defualt":"2/60"}}}""", "'Http:RateLimits' cannot be read as HttpRateLimitOptions*'Defualt'*Correct the setting, or remove it." },
        { """{"Http":{"RateLimits":{"SendHeaders":"perhaps"}}}""", "*'Http:RateLimits:SendHeaders' to type 'System.Boolean'*Correct the setting, or remove it." },
        { """{"Http":{"RateLimits":{"Default":"0/60"}}}""", "RateLimits: Default: *" },
        { """{"Http":{"RateLimits":{"Policies":{"aks":"2/60"}}}}""", "'RateLimits:Policies:aks' gives a limit to a policy that was not declared*'ask'*" },
        { """{"Http":{"Draining":{"PreStopWait":"1.00:00:00"}}}""", "Draining: PreStopWait is 1.00:00:00. Give a value from 00:00:00 to 00:05:00." },
        { """{"Http":{"Deadlines":{"Default":"soon"}}}""", "*'Http:Deadlines:Default' is no time*" },
        { """{"Http":{"ApiKeys":{"MinKeyLength":8}}}""", "*ApiKeys: MinKeyLength is 8. Give a value from 16 to 256*" },
        { """{"Http":{"ApiKeys":{"File":"no-such-file"}}}""", "*File, '*no-such-file', cannot be read*" },
        { """{"Http":{"ApiKeys":{"AllowedScopes":["ask"]}}}""", "*none of AllowedScopes (ask)*" },
        { """{"Http":{"ApiKeys":{"Keys":"a=planted-secret-of-a-document"}}}""", "'Http:ApiKeys:Keys' is never imported: it can hold a secret*where the host keeps its secrets." },
        { """{"http":{"apikeys":{"ENTRIES":"planted-secret-of-a-document:acme:ask"}}}""", "'Http:ApiKeys:Entries' is never imported*" },
        { """{"Http":{"ApiKeys:List:0":{"Key":"planted-secret-of-a-document"}}}""", "'Http:ApiKeys:List' is never imported*" },
        { """{"Http":{"ApiKeys":{"List":[]}}}""", "'Http:ApiKeys:List' is never imported*" },
        { """{"Http":{"Admin":{"SettingsFile":"/etc/passwd"}}}""", "'Http:Admin:SettingsFile' is never imported*" },
        { """{"Pipeline":{"Queues":{"document":{"MaxDeliveries":9}}}}""", "'Pipeline:Queues:document' configures 'document', which is not declared*" },
        { """{"Pipeline":{"Queues":{"documents":{"MaxDeliveries":0}}}}""", "Queue 'documents': MaxDeliveries is 0. Give a value from 1 to 1000." },
        { """{"Pipeline":{"Queues":{"documents":{"MaxDeliveries":"nine"}}}}""", "*'Pipeline:Queues:documents:MaxDeliveries' to type 'System.Int32'*" },
        { """{"Pipeline":{"Queues":{"documents":7}}}""", "'Pipeline:Queues:documents' is a single value.*" },
        { """{"Pipeline":{"Chains":{"index":{"Enabled":"perhaps"}}}}""", "*'Pipeline:Chains:index:Enabled' to type 'System.Boolean'*" },
        { """{"Http":{"RateLimits":{"Default":"2/60","default":"3/60"}}}""", "A setting is in 'settings' twice.*" },
    };

    public static TheoryData<string, string> Keys => new()
    {
        { "null", "keys[1] is null*" },
        { KeyOf(name: "a b"), "keys[1]: the name is empty, too long or holds*" },
        { KeyOf(more: "\"tenant\":\"\","), "keys[1]: the tenant is empty*" },
        { KeyOf(more: "\"scopes\":[null],"), "keys[1]: a scope is empty*" },
        { KeyOf(more: "\"allowedNetworks\":[\"everywhere\"],"), "keys[1]: network 1 is no network*" },
        { KeyOf(hashes: "null"), "keys[1]: hashes is empty or too long*" },
        { KeyOf(hashes: "[]"), "keys[1]: hashes is empty or too long*" },
        { KeyOf(hashes: $"[{string.Join(',', Enumerable.Repeat(HashOf(Hash), 10))}]"), "keys[1]: hashes is empty or too long*" },
        { KeyOf(hashes: "[null]"), "keys[1]: a hash is malformed*64 hexadecimal digits." },
        { KeyOf(hashes: $"[{HashOf(Secret)}]"), "keys[1]: a hash is malformed*" },
        { KeyOf(hashes: $"[{HashOf(Hash[1..] + "g")}]"), "keys[1]: a hash is malformed*" },
        { KeyOf(hashes: $"[{HashOf(Hash, "2030-01-01T00:00:00Z")}]"), "keys[1]: of the hashes, the first is not the current key's*" },
        { KeyOf(hashes: $"[{HashOf(Hash)},{HashOf(Hash[1..] + "0")}]"), "keys[1]: of the hashes, the first is not the current key's, or another has no end.*" },
        { KeyOf(name: "good"), "keys[1]: the name is in the document twice*" },
        { ConfigurationServer.Key("other", Good), "keys[1]: a hash is in the document twice*" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_that_is_no_document(string body, int status, string detail)
    {
        await using var server = await ConfigurationServer.StartAsync(file: _folder.File);

        var refusal = await RefusalAsync(server, body);

        refusal.Status.Should().Be(status);
        refusal.Detail.Should().Match(detail);
    }

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task A_setting_with_which_the_application_would_not_start(string settings, string detail)
    {
        await using var server = await ConfigurationServer.StartAsync(file: _folder.File);

        var refusal = await RefusalAsync(server, ConfigurationServer.Document(settings, $"[{ConfigurationServer.Key("good", Good)}]"));

        (refusal.Status, refusal.Code).Should().Be((422, ProblemCodes.InvalidInput));
        refusal.Detail.Should().Match(detail);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task A_key_that_is_malformed(string key, string detail)
    {
        await using var server = await ConfigurationServer.StartAsync(file: _folder.File);

        var refusal = await RefusalAsync(
            server, ConfigurationServer.Document("""{"Http":{"RateLimits":{"Default":"2/60"}}}""", $"[{ConfigurationServer.Key("good", Good)},{key}]"));

        (refusal.Status, refusal.Code).Should().Be((422, ProblemCodes.InvalidInput));
        refusal.Detail.Should().Match(detail);
    }

    [Theory]
    [InlineData(null, 413)]
    [InlineData(4L * 1024 * 1024, 422)]
    public async Task A_document_may_have_a_mebibyte_unless_the_application_says_otherwise(long? limit, int status)
    {
        await using var server = await ConfigurationServer.StartAsync(map: admin =>
        {
            if (limit is not null)
                admin.WithBodyLimit(limit).WithoutJsonLimits();
        });

        var refusal = await RefusalAsync(server, $"{{\"format\":\"{new string('x', 1_100_000)}\"}}");

        refusal.Status.Should().Be(status);
    }

    [Theory]
    [InlineData("?dryRun=perhaps")]
    [InlineData("?replace=7")]
    [InlineData("?settings=no")]
    public async Task A_query_that_cannot_be_understood(string query)
    {
        await using var server = await ConfigurationServer.StartAsync();

        using var response = await server.SendAsync(HttpMethod.Post, $"/admin/configuration{query}", ConfigurationServer.Document());

        (await response.ReadProblemAsync()).Status.Should().Be(400);
    }

    // What is refused has changed nothing, and what it held is repeated nowhere.
    private async Task<(int Status, string? Code, string? Detail)> RefusalAsync(WebServer server, string body)
    {
        using var response = await server.SendAsync(HttpMethod.Post, "/admin/configuration", body);
        var problem = await response.ReadProblemAsync();
        JsonElement.Parse(await server.ExportAsync()).GetProperty("keys").GetArrayLength().Should().Be(0);
        _folder.Names.Should().BeEmpty();
        problem.Text.Should().NotContain("planted");
        server.Log.Events.Should().NotContain(static e => e.Text.Contains("planted"));
        return (problem.Status, problem.Code, problem.Detail);
    }

    private static string KeyOf(string name = "bad", string more = "", string? hashes = null) =>
        $$"""{"name":"{{name}}",{{more}}"createdAt":"2026-01-02T03:04:05Z","hashes":{{hashes ?? $"[{HashOf(Hash)}]"}}}""";

    private static string HashOf(string hash, string? until = null) =>
        $$"""{"sha256":"{{hash}}","addedAt":"2026-01-02T03:04:05Z"{{(until is null ? "" : $",\"until\":\"{until}\"")}}}""";
}
