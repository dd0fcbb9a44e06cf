using System.Net;
using System.Text.Json;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Authentication;
using Pipeline.Conformance;
using Pipeline.Fixtures;
using Pipeline.Problems;
using Pipeline.State;
using Xunit;

namespace Pipeline.Admin;

/// <summary>Row D6 (admin): keys of the store, from one host to another.</summary>
public sealed class KeyBackupTests
{
    private const string Robot = """{"name":"robot","tenant":"acme","scopes":["predict"],"allowedNetworks":["127.0.0.0/8"],"expiresAt":"2100-01-01T00:00:00Z"}""";
    private const string SomeText = "a-key-of-somebody-or-other-1";
    private const string OtherText = "a-key-of-somebody-or-other-2";

    [Theory]
    [InlineData(BackendKind.Memory)]
    [InlineData(BackendKind.Redis)]
    [InlineData(BackendKind.Postgres)]
    public async Task Callers_keys_work_on_after_a_restore_on_an_empty_store(BackendKind kind)
    {
        await using var old = await ConfigurationServer.StartAsync(await Backend.CreateAsync(kind));
        var replaced = await old.MakeAsync("/admin/keys", Robot);
        var current = await old.MakeAsync("/admin/keys/robot/rotate");
        var ended = await old.MakeAsync("/admin/keys", """{"name":"ended"}""");
        var endedToo = await old.MakeAsync("/admin/keys/ended/rotate?graceSeconds=0");
        var revoked = await old.MakeAsync("/admin/keys", """{"name":"revoked"}""");
        await old.SendAsync(HttpMethod.Delete, "/admin/keys/revoked");
        var document = await old.ExportAsync();
        await using var fresh = await ConfigurationServer.StartAsync(await Backend.CreateAsync(kind));

        var first = await fresh.ImportAsync(document);
        var second = await fresh.ImportAsync(document);

        ConfigurationServer.KeysOf(first).Should().Equal("ended created", "robot created");
        ConfigurationServer.KeysOf(second).Should().Equal("ended unchanged", "robot unchanged");
        first.GetProperty("isComplete").GetBoolean().Should().BeTrue();
        foreach (var key in new[] { replaced, current, endedToo })
            (await fresh.WhoAsync(key)).Should().Be(HttpStatusCode.OK);
        foreach (var key in new[] { ended, revoked })
            (await fresh.WhoAsync(key)).Should().Be(HttpStatusCode.Unauthorized);
        KeysIn(await fresh.ExportAsync()).Should().Be(KeysIn(document));
        (await (await fresh.SendAsync(HttpMethod.Get, "/whoami", key: current)).Content.ReadAsStringAsync()).Should().Be("acme");
        new[] { replaced, current, ended, endedToo, revoked, ConfigurationServer.Root }.Should().NotContain(key => document.Contains(key));
    }

    [Theory]
    [InlineData(BackendKind.Redis)]
    [InlineData(BackendKind.Postgres)]
    public async Task A_key_that_one_replica_restores_the_other_accepts(BackendKind kind)
    {
        var backend = await Backend.CreateAsync(kind);
        await using var one = await ConfigurationServer.StartAsync(backend);
        await using var other = await ConfigurationServer.StartAsync(backend);
        var key = await one.MakeAsync("/admin/keys", Robot);
        var document = await one.ExportAsync();
        (await other.WhoAsync(key)).Should().Be(HttpStatusCode.OK);
        await one.SendAsync(HttpMethod.Delete, "/admin/keys/robot");
        await Waiting.UntilAsync(async () => await other.WhoAsync(key) == HttpStatusCode.Unauthorized, "the revocation");

        await one.ImportAsync(document);

        await Waiting.UntilAsync(async () => await other.WhoAsync(key) == HttpStatusCode.OK, "the restored key");
        await one.SendAsync(HttpMethod.Delete, "/admin/keys/robot");
        await Waiting.UntilAsync(async () => await other.WhoAsync(key) == HttpStatusCode.Unauthorized, "the revocation");
        await one.ImportAsync(ConfigurationServer.Document(keys: $"[{ConfigurationServer.Key("renamed", key)}]"));
        await Waiting.UntilAsync(async () => await other.WhoAsync(key) == HttpStatusCode.OK, "the key under its new name");
    }

    [Fact]
    public async Task Another_key_of_the_name_stays_unless_it_is_to_be_replaced()
    {
        var time = new ManualTimeProvider();
        await using var server = await ConfigurationServer.StartAsync(services: (services, _) => services.AddSingleton<TimeProvider>(time));
        var old = await server.MakeAsync("/admin/keys", Robot);
        var document = await server.ExportAsync();
        var rotated = await server.MakeAsync("/admin/keys/robot/rotate");

        var kept = await server.ImportAsync(document);
        (await server.WhoAsync(rotated)).Should().Be(HttpStatusCode.OK);
        var replaced = await server.ImportAsync(document, "?replace=true");

        ConfigurationServer.KeysOf(kept).Should().Equal("robot conflict");
        kept.GetProperty("isComplete").GetBoolean().Should().BeFalse();
        kept.GetProperty("keys")[0].GetProperty("reason").GetString().Should().Contain("?replace=true");
        ConfigurationServer.KeysOf(replaced).Should().Equal("robot replaced");
        (await server.WhoAsync(rotated)).Should().Be(HttpStatusCode.Unauthorized);
        time.Advance(TimeSpan.FromDays(30));
        (await server.WhoAsync(old)).Should().Be(HttpStatusCode.OK, "it is the current one again, without an end");
        ConfigurationServer.KeysOf(await server.ImportAsync(document, "?replace=true")).Should().Equal("robot unchanged");
    }

    [Fact]
    public async Task A_replaced_key_ends_when_it_would_have()
    {
        var time = new ManualTimeProvider();
        await using var old = await ConfigurationServer.StartAsync(services: (services, _) => services.AddSingleton<TimeProvider>(time));
        await using var fresh = await ConfigurationServer.StartAsync(services: (services, _) => services.AddSingleton<TimeProvider>(time));
        var replaced = await old.MakeAsync("/admin/keys", Robot);
        var current = await old.MakeAsync("/admin/keys/robot/rotate");
        var document = await old.ExportAsync();
        await fresh.ImportAsync(document);

        time.Advance(TimeSpan.FromHours(25));

        (await fresh.WhoAsync(replaced)).Should().Be(HttpStatusCode.Unauthorized);
        (await fresh.WhoAsync(current)).Should().Be(HttpStatusCode.OK);
        ConfigurationServer.KeysOf(await fresh.ImportAsync(document)).Should().Equal("robot unchanged");
        JsonElement.Parse(await fresh.ExportAsync()).GetProperty("keys")[0].GetProperty("hashes").GetArrayLength().Should().Be(1);
    }

    [Fact]
    public async Task A_hash_of_another_name_or_a_name_of_the_configuration_is_a_conflict_that_replacing_does_not_solve()
    {
        await using var server = await ConfigurationServer.StartAsync();
        await server.ImportAsync(ConfigurationServer.Document(keys: $"[{ConfigurationServer.Key("first", SomeText)}]"));

        var answer = await server.ImportAsync(
            ConfigurationServer.Document(keys:
                $"[{ConfigurationServer.Key("second", SomeText)},{ConfigurationServer.Key("root", OtherText)},{ConfigurationServer.Key("third", ConfigurationServer.Root)}]"),
            "?replace=true");

        ConfigurationServer.KeysOf(answer).Should().Equal("second conflict", "root conflict", "third conflict");
        answer.GetProperty("keys")[0].GetProperty("reason").GetString().Should().Contain("'first'");
        (await server.WhoAsync(OtherText)).Should().Be(HttpStatusCode.Unauthorized);
        ConfigurationServer.KeysOf(await server.ImportAsync(ConfigurationServer.Document(keys: $"[{ConfigurationServer.Key("first", SomeText)}]"))).Should().Equal("first unchanged");
    }

    [Fact]
    public async Task A_dry_run_says_what_it_would_do_and_does_nothing()
    {
        await using var server = await ConfigurationServer.StartAsync();
        await server.ImportAsync(ConfigurationServer.Document(keys: $"[{ConfigurationServer.Key("first", SomeText)}]"));
        var document = ConfigurationServer.Document(keys: $"[{ConfigurationServer.Key("first", OtherText)},{ConfigurationServer.Key("new", OtherText + "!")}]");
        var before = KeysIn(await server.ExportAsync());

        var answer = await server.ImportAsync(document, "?dryRun=true&replace=true");

        answer.GetProperty("dryRun").GetBoolean().Should().BeTrue();
        ConfigurationServer.KeysOf(answer).Should().Equal("first replaced", "new created");
        KeysIn(await server.ExportAsync()).Should().Be(before);
        (await server.WhoAsync(SomeText)).Should().Be(HttpStatusCode.OK);
        server.Log.Events.Where(static e => e.Id.Id == 12700).Should().HaveCount(3, "a dry run is no change");
    }

    [Theory]
    [InlineData(BackendKind.Memory)]
    [InlineData(BackendKind.Redis)]
    [InlineData(BackendKind.Postgres)]
    public async Task Two_imports_at_once_make_each_key_once(BackendKind kind)
    {
        var backend = await Backend.CreateAsync(kind);
        await using var one = await ConfigurationServer.StartAsync(backend);
        await using var two = kind == BackendKind.Memory ? null : await ConfigurationServer.StartAsync(backend);
        var document = ConfigurationServer.Document(keys: $"[{string.Join(',', Enumerable.Range(0, 20).Select(static i => ConfigurationServer.Key($"key-{i}", $"{SomeText}-{i}")))}]");

        var answers = await Task.WhenAll(one.ImportAsync(document), (two ?? one).ImportAsync(document), one.ImportAsync(document));

        var outcomes = answers.SelectMany(ConfigurationServer.KeysOf).ToArray();
        outcomes.Should().HaveCount(60);
        outcomes.Count(static outcome => outcome.EndsWith("created", StringComparison.Ordinal)).Should().Be(20);
        outcomes.Count(static outcome => outcome.EndsWith("unchanged", StringComparison.Ordinal)).Should().Be(40);
        (await one.WhoAsync($"{SomeText}-19")).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_import_that_was_cut_in_the_middle_is_finished_by_repeating_it()
    {
        using var folder = new SettingsFolder();
        var store = new FaultyStateStore(new InMemoryStateStore(TimeProvider.System));
        await using var server = await ConfigurationServer.StartAsync(
            file: folder.File, services: (services, _) => services.AddPipeline().SetRole<IStateStore>("the test", _ => store));
        var document = ConfigurationServer.Document("""{"Http":{"RateLimits":{"Default":"2/60"}}}""", $"[{ConfigurationServer.Key("first", SomeText)}]");
        store.IsAway = true;

        var cut = await (await server.SendAsync(HttpMethod.Post, "/admin/configuration", document)).ReadProblemAsync();
        folder.Names.Should().Equal("settings.json");
        store.IsAway = false;
        var repeated = await server.ImportAsync(document);

        (cut.Status, cut.Code).Should().Be((503, ProblemCodes.BackendUnavailable));
        server.Log.Events.Should().ContainSingle(static e => e.Id.Id == 12701).Which.Values.Should().Contain("Action", "import configuration");
        ConfigurationServer.KeysOf(repeated).Should().Equal("first created");
        ConfigurationServer.SettingsOf(repeated).Should().NotContain(static setting => setting.Contains("written", StringComparison.Ordinal));
        (await server.WhoAsync(SomeText)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_damaged_key_of_the_store_is_a_conflict_and_can_be_replaced()
    {
        await using var server = await ConfigurationServer.StartAsync();
        var key = StoredApiKeyFormat.NameKey("api-keys", "first");
        await server.Services.GetRequiredService<IStateStore>().CompareAndSetAsync(key, "damaged"u8.ToArray(), StateEntry.NoVersion);
        var document = ConfigurationServer.Document(keys: $"[{ConfigurationServer.Key("first", SomeText)}]");

        ConfigurationServer.KeysOf(await server.ImportAsync(document)).Should().Equal("first conflict");
        ConfigurationServer.KeysOf(await server.ImportAsync(document, "?replace=true")).Should().Equal("first replaced");

        (await server.WhoAsync(SomeText)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Without_a_store_keys_are_conflicts_and_the_list_is_empty()
    {
        await using var server = await ConfigurationServer.StartAsync(settings: new Dictionary<string, string?> { ["Http:ApiKeys:Store"] = "false" });

        var answer = await server.ImportAsync(ConfigurationServer.Document(keys: $"[{ConfigurationServer.Key("first", SomeText)}]"));

        ConfigurationServer.KeysOf(answer).Should().Equal("first conflict");
        answer.GetProperty("keys")[0].GetProperty("reason").GetString().Should().Contain("ApiKeys:Store");
        KeysIn(await server.ExportAsync()).Should().Be("[]");
    }

    [Fact]
    public async Task Export_and_import_say_who_did_it()
    {
        await using var server = await ConfigurationServer.StartAsync();
        var document = await server.ExportAsync();

        await server.ImportAsync(document);
        await server.ImportAsync(ConfigurationServer.Document(keys: $"[{ConfigurationServer.Key("first", SomeText)}]"));

        server.Log.Events.Where(static e => e.Id.Id == 12700).Select(static e => (e.Values["Actor"], e.Values["Action"], e.Values["Count"])).Should().Equal(
            ("root", "export configuration", 2L), ("root", "import configuration", 0L), ("root", "import configuration", 1L));
    }

    private static string KeysIn(string document) => JsonElement.Parse(document).GetProperty("keys").GetRawText();
}
