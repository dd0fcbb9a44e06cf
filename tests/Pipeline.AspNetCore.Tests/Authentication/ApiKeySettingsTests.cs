using System.Net;
using FluentAssertions;
using Microsoft.Extensions.Options;
using Xunit;

namespace Pipeline.Authentication;

/// <summary>V1, I1, C7: keys in configuration, and how whatever is wrong with them stops the start.</summary>
public sealed class ApiKeySettingsTests
{
    private const string K = ApiKeyServer.Key;
    private const string L = ApiKeyServer.OtherKey;

    [Fact]
    public async Task Keys_of_all_forms_count_together()
    {
        const string third = "abcdefghijklmnopqrstuvwxyz012345";
        await using var server = await ApiKeyServer.StartAsync(settings: new Dictionary<string, string?>
        {
            ["Keys"] = $"partner={K}, partner2 = sha256:{KeyHash.Of(third)}",
            ["Entries"] = $"{L}:acme:predict,admin",
            ["List:0:Name"] = "hashed",
            ["List:0:KeyHash"] = $"sha256:{KeyHash.Of(new string('h', 12) + third)}",
        });

        (await server.StatusAsync("/me", bearer: K)).Should().Be(HttpStatusCode.OK);
        (await server.StatusAsync("/me", bearer: third)).Should().Be(HttpStatusCode.OK);
        (await server.StatusAsync("/admin", bearer: L)).Should().Be(HttpStatusCode.OK);
        (await server.StatusAsync("/me", bearer: new string('h', 12) + third)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_key_may_hold_equals_signs()
    {
        const string padded = "c29tZXRoaW5nIHRoYXQgaXMgc2VjcmV0==";
        await using var server = await ApiKeyServer.StartAsync(settings: new Dictionary<string, string?> { ["Keys"] = $"partner={padded}" });

        (await server.StatusAsync("/me", bearer: padded)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_entry_is_named_after_its_tenant_and_its_hash()
    {
        await using var server = await ApiKeyServer.StartAsync(settings: new Dictionary<string, string?> { ["Entries"] = $"{K}:acme:predict" });

        using var response = await server.GetAsync("/me", bearer: K);

        (await response.Content.ReadAsStringAsync()).Split('\n').Should().Contain(["tenant=acme", $"pipeline:key=acme-{KeyHash.Of(K).ToString()[..8]}"]);
    }

    [Fact]
    public async Task A_process_that_requires_keys_does_not_start_without()
    {
        (await StartupErrorAsync([])).Should().Contain("keys are required, and none is configured").And.Contain("ApiKeys:Required");
    }

    [Fact]
    public async Task A_process_that_requires_none_starts_without_and_says_so()
    {
        await using var server = await ApiKeyServer.StartAsync(settings: new Dictionary<string, string?> { ["Required"] = "false" });

        (await server.StatusAsync("/open")).Should().Be(HttpStatusCode.OK);
        (await server.StatusAsync("/me")).Should().Be(HttpStatusCode.Unauthorized);
        server.Log.Events.Should().Contain(static e => e.Id.Id == 12101);
    }

    [Theory]
    [InlineData("Keys", "partner", "Keys, item 1")]
    [InlineData("Keys", $"={K}", "Keys, item 1")]
    [InlineData("Keys", $"a={K},", "Keys, item 2")]
    [InlineData("Keys", $"a={K},,b={L}", "Keys, item 2")]
    [InlineData("Keys", $"a={K},b=short", "Keys, item 2: the key has 5 characters. Give at least 24")]
    [InlineData("Keys", $"a={K},b=12345678901234567890123", "Keys, item 2: the key has 23 characters")]
    [InlineData("Keys", $"a b={K}", "Keys, item 1: the name")]
    [InlineData("Keys", $"a={K} {L}", "Keys, item 1: the key")]
    [InlineData("Keys", $"a={K}ü", "Keys, item 1: the key")]
    [InlineData("Keys", "a=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "Keys, item 1: the key has the form of a JSON Web Token")]
    [InlineData("Keys", "a=sha256:1234", "Keys, item 1: the hash")]
    [InlineData("Keys", $"a={K},a={L}", "Keys, item 2: Keys, item 1 has the same name for another key")]
    [InlineData("Keys", $"a={K},b={K}", "Keys, item 2: Keys, item 1 has the same key under another name")]
    [InlineData("Entries", $"{K}", "Entries, item 1")]
    [InlineData("Entries", $"{K}:acme", "Entries, item 1")]
    [InlineData("Entries", $"{K}:acme:predict:more", "Entries, item 1")]
    [InlineData("Entries", $"{K}::predict", "Entries, item 1: the tenant")]
    [InlineData("Entries", $"{K}:acme:", "Entries, item 1: a scope")]
    [InlineData("Entries", $"{K}:acme:predict,,admin", "Entries, item 1: a scope")]
    [InlineData("Entries", $"{K}:acme:pre dict", "Entries, item 1: a scope")]
    [InlineData("Entries", $"{K}:acme:predict;", "Entries, item 2")]
    [InlineData("Entries", $"short:acme:predict", "Entries, item 1: the key has 5 characters")]
    [InlineData("Entries", $"{K}:acme:predict;{K}:other:admin", "Entries, item 2: Entries, item 1 has the same key")]
    [InlineData("List:0:Key", K, "List:0: the name")]
    [InlineData("List:0:Name", "partner", "List:0: give either Key or KeyHash")]
    [InlineData("MinKeyLength", "8", "MinKeyLength")]
    [InlineData("RotationGrace", "-00:00:01", "RotationGrace")]
    [InlineData("BanWindow", "00:00:00", "BanWindow")]
    [InlineData("FailuresBeforeBan", "-1", "FailuresBeforeBan")]
    [InlineData("FailuresBeforeBan", "many", "FailuresBeforeBan")]
    [InlineData("Realm", "a\"b", "Realm")]
    [InlineData("Kesy", "a", "Kesy")]
    [InlineData("File", "", "File")]
    [InlineData("File", "/nowhere/keys", "File, '/nowhere/keys', cannot be read")]
    public async Task Whatever_is_malformed_stops_the_start_and_names_itself_but_never_the_key(string setting, string value, string told)
    {
        var message = await StartupErrorAsync(new() { [setting] = value });

        message.Should().Contain(told).And.NotContain(K).And.NotContain(L);
    }

    [Theory]
    [InlineData("Scopes:0", "", "List:0: a scope")]
    [InlineData("Scopes:0", "write", "List:0: scope 1 is none of AllowedScopes (predict)")]
    [InlineData("AllowedNetworks:0", "10.0.0.0/33", "List:0: network 1")]
    [InlineData("AllowedNetworks:0", "10.0.0.1/8", "List:0: network 1")]
    [InlineData("AllowedNetworks:0", "anywhere", "List:0: network 1")]
    [InlineData("Tenant", "", "List:0: the tenant")]
    [InlineData("KeyHash", "sha256:00", "List:0: give either")]
    [InlineData("ExpiresAt", "tomorrow", "ExpiresAt")]
    [InlineData("Scpoes:0", "predict", "Scpoes")]
    public async Task A_listed_key_is_checked_whole(string setting, string value, string told)
    {
        var message = await StartupErrorAsync(new()
        {
            ["AllowedScopes:0"] = "predict",
            ["List:0:Name"] = "partner",
            ["List:0:Key"] = K,
            [$"List:0:{setting}"] = value,
        });

        message.Should().Contain(told).And.NotContain(K);
    }

    [Fact]
    public async Task The_same_key_in_two_sources_is_one_key()
    {
        await using var server = await ApiKeyServer.StartAsync(settings: new Dictionary<string, string?>
        {
            ["Keys"] = $"partner={K}",
            ["List:0:Name"] = "partner",
            ["List:0:Key"] = K,
        });

        (await server.StatusAsync("/me", bearer: K)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_name_for_two_keys_in_two_sources_stops_the_start()
    {
        var message = await StartupErrorAsync(new() { ["Keys"] = $"partner={K}", ["List:0:Name"] = "partner", ["List:0:Key"] = L });

        message.Should().Contain("List:0: Keys, item 1 has the same name for another key");
    }

    [Fact]
    public async Task All_problems_are_told_at_once()
    {
        var message = await StartupErrorAsync(new() { ["Keys"] = "a=short,b", ["Entries"] = "x", ["MinKeyLength"] = "1000" });

        message.Should().Contain("Keys, item 1").And.Contain("Keys, item 2").And.Contain("Entries, item 1").And.Contain("MinKeyLength");
    }

    [Fact]
    public void An_entry_never_shows_its_key() => new ApiKeyEntry { Name = "partner", Key = K }.ToString().Should().Be("partner");

    private static async Task<string> StartupErrorAsync(Dictionary<string, string?> settings)
    {
        var start = async () =>
        {
            await using var server = await ApiKeyServer.StartAsync(settings: settings);
        };
        return (await start.Should().ThrowAsync<Exception>()).Which switch
        {
            OptionsValidationException exception => exception.Message,
            InvalidOperationException exception => exception.Message,
            var other => throw new InvalidOperationException("The start was stopped by something else.", other),
        };
    }
}
