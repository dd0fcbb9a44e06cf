using System.Net;
using System.Text;
using System.Text.Json;
using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Fixtures;
using Pipeline.Problems;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Admin;

/// <summary>Row D6 (admin): settings, from one host to another.</summary>
public sealed class SettingsBackupTests : IDisposable
{
    private const string SomeText = "a-key-of-somebody-or-other-1";

    private static readonly Dictionary<string, string?> Tuned = new()
    {
        ["Http:RateLimits:Default"] = "500/60",
        ["Http:RateLimits:Policies:ask"] = "7/60",
        ["Http:ForwardedHeaders:KnownNetworks:0"] = "10.1.0.0/16",
        ["Http:ForwardedHeaders:KnownNetworks:1"] = "10.2.0.0/16",
        ["Pipeline:Queues:documents:MaxDeliveries"] = "9",
        ["Pipeline:Chains:index:Enabled"] = "false",
        ["Pipeline:Steps:answer:Retry"] = null,
    };

    private readonly SettingsFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Settings_are_restored_into_the_file_a_chains_at_once_and_the_others_with_the_next_start()
    {
        await using var old = await ConfigurationServer.StartAsync(settings: Tuned);
        var document = await old.ExportAsync();
        JsonElement first, second;
        await using (var fresh = await ConfigurationServer.StartAsync(file: _folder.File))
        {
            first = await fresh.ImportAsync(document);
            await Waiting.UntilAsync(() => Task.FromResult(!IsEnabled(fresh)), "the chain's reload");
            second = await fresh.ImportAsync(document);
            MaxDeliveries(fresh).Should().Be(5);
        }

        await using var restarted = await ConfigurationServer.StartAsync(file: _folder.File);

        ConfigurationServer.SettingsOf(first).Should().Equal(
            "Http:ForwardedHeaders:KnownNetworks:0 written restart",
            "Http:ForwardedHeaders:KnownNetworks:1 written restart",
            "Http:RateLimits:Default written restart",
            "Http:RateLimits:Policies:ask written restart",
            "Pipeline:Chains:index:Enabled written",
            "Pipeline:Queues:documents:MaxDeliveries written restart");
        ConfigurationServer.SettingsOf(second).Should().BeEmpty();
        _folder.Names.Should().Equal("settings.json");
        MaxDeliveries(restarted).Should().Be(9);
        IsEnabled(restarted).Should().BeFalse();
        restarted.Services.GetRequiredService<IOptions<HttpRateLimitOptions>>().Value.Default.Should().Be("500/60");
        restarted.Services.GetRequiredService<HttpRateLimits>().Policies.All.Single().Rule.Limit.Should().Be(7);
        SettingsIn(await restarted.ExportAsync()).Should().Be(SettingsIn(document));
    }

    [Fact]
    public async Task Settings_can_be_saved_as_a_file_and_do_the_same_there()
    {
        await using var old = await ConfigurationServer.StartAsync(settings: Tuned);
        await File.WriteAllTextAsync(_folder.File, SettingsIn(await old.ExportAsync()));

        await using var server = await ConfigurationServer.StartAsync(file: _folder.File);

        MaxDeliveries(server).Should().Be(9);
        SettingsIn(await server.ExportAsync()).Should().Be(SettingsIn(await old.ExportAsync()));
        SettingsIn(await old.ExportAsync()).Should().Contain("""["10.1.0.0/16","10.2.0.0/16"]""", "a list is one");
    }

    [Fact]
    public async Task No_secret_leaves_the_host()
    {
        await using var server = await ConfigurationServer.StartAsync(file: _folder.File, settings: new Dictionary<string, string?>
        {
            ["Http:ApiKeys:Keys"] = $"plain={ConfigurationServer.Plain}",
            ["http:apikeys:entries"] = $"{ConfigurationServer.Entry}:acme:ask",
            ["ConnectionStrings:Postgres"] = "Host=db;Password=planted-password",
        });
        (await server.WhoAsync(ConfigurationServer.Plain)).Should().Be(HttpStatusCode.OK);
        (await server.WhoAsync(ConfigurationServer.Entry)).Should().Be(HttpStatusCode.OK);

        var document = await server.ExportAsync();

        document.Should().NotContain("planted").And.NotContain(ConfigurationServer.Root).And.NotContain("ConnectionStrings").And.NotContain(_folder.File);
        JsonElement.Parse(document).GetProperty("omitted").EnumerateArray().Select(static path => path.GetString())
            .Should().Equal("Http:Admin:SettingsFile", "Http:ApiKeys:Entries", "Http:ApiKeys:Keys", "Http:ApiKeys:List");
        ConfigurationServer.SettingsOf(await server.ImportAsync(document)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("""{"Http":{"ApiKey":{"Keys":"a=planted-key"}}}""", "*'Http:ApiKey' is no setting*Correct the name, or remove it.")]
    [InlineData("""{"Http":{"ApiKeys":{"Kyes":"a=planted-key"}}}""", "*'Kyes'*Correct the setting, or remove it.")]
    public async Task A_secret_that_came_to_a_wrong_place_since_the_start_does_not_leave_the_host_either(string content, string detail)
    {
        await using var server = await ConfigurationServer.StartAsync(file: _folder.File);
        await File.WriteAllTextAsync(_folder.File, content);
        await Waiting.UntilAsync(() => Task.FromResult(server.App.Configuration["Http:ApiKey:Keys"] is not null || server.App.Configuration["Http:ApiKeys:Kyes"] is not null), "the reload");

        var refusal = await (await server.SendAsync(HttpMethod.Get, "/admin/configuration")).ReadProblemAsync();

        (refusal.Status, refusal.Code).Should().Be((409, ProblemCodes.Conflict));
        refusal.Detail.Should().Match(detail);
        refusal.Text.Should().NotContain("planted");
    }

    [Fact]
    public async Task What_the_document_does_not_have_is_kept_and_said()
    {
        await File.WriteAllTextAsync(_folder.File, """{ "Logging": { "LogLevel": { "Default": "Warning" } }, "Http": { "RateLimits": { "Default": "1/60" } } }""");
        await using var server = await ConfigurationServer.StartAsync(file: _folder.File, settings: new Dictionary<string, string?> { ["Http:RequestIds:Header"] = "X-Id" });

        var answer = await server.ImportAsync(ConfigurationServer.Document("""{"Http":{"RateLimits":{"Default":"2/60"}},"Pipeline":{}}"""));

        ConfigurationServer.SettingsOf(answer).Should().Equal(
            "Http:ApiKeys:FailuresBeforeBan kept", "Http:ApiKeys:Store kept", "Http:RateLimits:Default written restart", "Http:RequestIds:Header kept");
        JsonElement.DeepEquals(
            JsonElement.Parse(await File.ReadAllTextAsync(_folder.File)),
            JsonElement.Parse("""{ "Http": { "RateLimits": { "Default": "2/60" } }, "Logging": { "LogLevel": { "Default": "Warning" } } }""")).Should().BeTrue();
    }

    [Fact]
    public async Task A_setting_that_the_host_does_not_show_yet_waits_and_is_not_written_again()
    {
        await using var server = await ConfigurationServer.StartAsync(settings: new Dictionary<string, string?> { ["Http:Admin:SettingsFile"] = _folder.File });
        var document = ConfigurationServer.Document("""{"Pipeline":{"Chains":{"index":{"Enabled":false}}}}""");

        var first = await server.ImportAsync(document);
        var written = File.GetLastWriteTimeUtc(_folder.File);
        File.SetLastWriteTimeUtc(_folder.File, written.AddHours(-1));
        var second = await server.ImportAsync(document);

        ConfigurationServer.SettingsOf(first).Should().Contain("Pipeline:Chains:index:Enabled written restart", "the host does not watch the file");
        ConfigurationServer.SettingsOf(second).Should().Contain("Pipeline:Chains:index:Enabled waiting restart");
        File.GetLastWriteTimeUtc(_folder.File).Should().Be(written.AddHours(-1));
    }

    [Fact]
    public async Task Without_a_file_settings_that_differ_are_refused_with_their_paths_and_keys_come_alone()
    {
        await using var server = await ConfigurationServer.StartAsync();
        var document = ConfigurationServer.Document(
            """{"Http":{"RateLimits":{"Default":"2/60"}},"Pipeline":{"Queues":{"documents":{"MaxDeliveries":9}}}}""", $"[{ConfigurationServer.Key("first", SomeText)}]");

        var refusal = await (await server.SendAsync(HttpMethod.Post, "/admin/configuration", document)).ReadProblemAsync();
        (await server.WhoAsync(SomeText)).Should().Be(HttpStatusCode.Unauthorized);
        var answer = await server.ImportAsync(document, "?settings=false");

        (refusal.Status, refusal.Code).Should().Be((409, ProblemCodes.SettingsNotWritable));
        refusal.Detail.Should().Contain("Http:RateLimits:Default, Pipeline:Queues:documents:MaxDeliveries").And.Contain("Admin:SettingsFile").And.Contain("?settings=false");
        ConfigurationServer.SettingsOf(answer).Should().BeEmpty();
        (await server.WhoAsync(SomeText)).Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("{ \"Http\": ", "*cannot be read*Correct it*")]
    [InlineData(null, "*cannot be written*")]
    public async Task A_file_that_cannot_be_used_is_a_refusal_that_changes_nothing(string? content, string detail)
    {
        var file = content is null ? Path.Combine(Path.GetDirectoryName(_folder.File)!, "missing", "settings.json") : _folder.File;
        await using var server = await ConfigurationServer.StartAsync(settings: new Dictionary<string, string?> { ["Http:Admin:SettingsFile"] = file });
        if (content is not null)
            await File.WriteAllTextAsync(file, content);
        var document = ConfigurationServer.Document("""{"Http":{"RateLimits":{"Default":"2/60"}}}""", $"[{ConfigurationServer.Key("first", SomeText)}]");

        var refusal = await (await server.SendAsync(HttpMethod.Post, "/admin/configuration", document)).ReadProblemAsync();

        (refusal.Status, refusal.Code).Should().Be((409, ProblemCodes.SettingsNotWritable));
        refusal.Detail.Should().Match(detail);
        (await server.WhoAsync(SomeText)).Should().Be(HttpStatusCode.Unauthorized);
        _folder.Names.Should().HaveCount(content is null ? 0 : 1);
    }

    [Fact]
    public async Task A_suite_with_a_name_has_its_own_section_in_the_document()
    {
        await using var old = await StartAsync(new Dictionary<string, string?> { ["Docs:Queues:pages:MaxDeliveries"] = "9" });
        await using var fresh = await StartAsync(new Dictionary<string, string?> { ["Http:Admin:SettingsFile"] = _folder.File });

        var answer = await fresh.ImportAsync(await old.ExportAsync());
        var refusal = await (await fresh.SendAsync(HttpMethod.Post, "/admin/configuration", ConfigurationServer.Document("""{"Docs":{"Queues":{"documents":{}}}}"""))).ReadProblemAsync();

        ConfigurationServer.SettingsOf(answer).Should().Equal("Docs:Queues:pages:MaxDeliveries written restart");
        refusal.Detail.Should().Match("'Docs:Queues:documents' configures 'documents', which is not declared*'pages'*");

        static Task<WebServer> StartAsync(Dictionary<string, string?> settings) => ConfigurationServer.StartAsync(
            settings: settings, services: static (services, configuration) => services.AddPipeline("docs", configuration.GetSection("Docs")).AddQueue("pages"));
    }

    [Fact]
    public async Task A_dry_run_writes_nothing()
    {
        await using var server = await ConfigurationServer.StartAsync(file: _folder.File);

        var answer = await server.ImportAsync(ConfigurationServer.Document("""{"Http":{"RateLimits":{"Default":"2/60"}}}"""), "?dryRun");

        ConfigurationServer.SettingsOf(answer).Should().Contain("Http:RateLimits:Default written restart");
        _folder.Names.Should().BeEmpty();
    }

    [Fact]
    public async Task Imports_at_once_lose_none_of_their_settings()
    {
        await using var server = await ConfigurationServer.StartAsync(file: _folder.File);
        string[] settings =
        [
            """{"Http":{"RateLimits":{"Default":"2/60"}}}""",
            """{"Http":{"RequestIds":{"Header":"X-Id"}}}""",
            """{"Pipeline":{"Queues":{"documents":{"MaxDeliveries":9}}}}""",
            """{"Pipeline":{"Steps":{"answer":{"MaxConcurrency":9}}}}""",
        ];

        await Task.WhenAll(settings.Select(text => server.ImportAsync(ConfigurationServer.Document(text))));

        await using var stream = File.OpenRead(_folder.File);
        SettingsJson.Read(stream).Should().HaveCount(4).And.Contain("Pipeline:Steps:answer:MaxConcurrency", "9").And.Contain("Http:RequestIds:Header", "X-Id");
    }

    [Fact]
    public async Task Rights_and_links_of_the_file_stay()
    {
        if (OperatingSystem.IsWindows())
            return;
        var target = _folder.File + ".target";
        await File.WriteAllTextAsync(target, "{}");
        File.SetUnixFileMode(target, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(_folder.File, target);
        await using var server = await ConfigurationServer.StartAsync(file: _folder.File);

        await server.ImportAsync(ConfigurationServer.Document("""{"Http":{"RateLimits":{"Default":"2/60"}}}"""));

        File.ResolveLinkTarget(_folder.File, returnFinalTarget: true)!.FullName.Should().Be(target);
        File.GetUnixFileMode(target).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await File.ReadAllTextAsync(target)).Should().Contain("2/60");
    }

    private static int MaxDeliveries(WebServer server) => server.Services.GetRequiredService<QueueCatalog>().Get("documents").Options.MaxDeliveries;

    private static bool IsEnabled(WebServer server) => server.Services.GetRequiredService<IOptionsMonitor<ChainOptions>>().Get("index").Enabled;

    private static string SettingsIn(string document) => JsonSerializer.Serialize(JsonElement.Parse(document).GetProperty("settings"));
}
