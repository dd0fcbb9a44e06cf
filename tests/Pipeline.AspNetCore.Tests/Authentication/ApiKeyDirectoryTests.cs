using System.Net;
using System.Text;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Conformance;
using Pipeline.Fixtures;
using Pipeline.State;
using Xunit;

namespace Pipeline.Authentication;

/// <summary>Q9: keys in the state store, made, rotated and revoked for all replicas.</summary>
public sealed class ApiKeyDirectoryTests
{
    private static readonly ApiKeyDefinition Partner = new("partner") { Tenant = "acme", Scopes = ["admin"], AllowedNetworks = ["127.0.0.0/8"] };

    private readonly ManualTimeProvider _time = new();

    [Theory]
    [InlineData(BackendKind.Redis)]
    [InlineData(BackendKind.Postgres)]
    public async Task What_one_replica_does_all_know(BackendKind kind)
    {
        var backend = await Backend.CreateAsync(kind);
        await using var one = await ReplicaAsync(backend);
        await using var other = await ReplicaAsync(backend);
        var directory = one.Services.GetRequiredService<ApiKeyDirectory>();

        var made = (await directory.CreateAsync(Partner))!;
        (await other.StatusAsync("/admin", bearer: made.Key)).Should().Be(HttpStatusCode.OK);

        var rotated = (await directory.RotateAsync("partner"))!;
        (await other.StatusAsync("/admin", bearer: rotated.Key)).Should().Be(HttpStatusCode.OK);
        (await other.StatusAsync("/admin", bearer: made.Key)).Should().Be(HttpStatusCode.OK, "it has a day left");

        rotated = (await directory.RotateAsync("partner", grace: TimeSpan.Zero))!;
        await Waiting.UntilAsync(async () => await other.StatusAsync("/admin", bearer: made.Key) == HttpStatusCode.Unauthorized, "the end of the old key");
        (await other.StatusAsync("/admin", bearer: rotated.Key)).Should().Be(HttpStatusCode.OK);

        (await directory.RevokeAsync("partner")).Should().BeTrue();
        await Waiting.UntilAsync(async () => await other.StatusAsync("/admin", bearer: rotated.Key) == HttpStatusCode.Unauthorized, "the revocation");
    }

    [Fact]
    public async Task A_key_is_shown_once_and_kept_as_a_hash_only()
    {
        await using var server = await StartAsync();
        var directory = server.Services.GetRequiredService<ApiKeyDirectory>();

        var made = (await directory.CreateAsync(Partner))!;

        made.Key.Should().MatchRegex("^pk_[A-Za-z0-9_-]{43}$");
        made.ToString().Should().Be("partner");
        var page = await server.Services.GetRequiredService<IStateStore>().ListAsync("api-keys");
        page.Items.Should().HaveCount(2);
        page.Items.Select(static item => item.Key.Key + Encoding.UTF8.GetString(item.Entry.Value.Span)).Should().NotContain(text => text.Contains(made.Key));
        server.Log.Events.Should().NotContain(e => e.Text.Contains(made.Key));
    }

    [Fact]
    public async Task A_name_is_given_once_and_again_after_it_was_revoked()
    {
        await using var server = await StartAsync(configure: static keys => keys.Keys = $"configured={ApiKeyServer.Key}");
        var directory = server.Services.GetRequiredService<ApiKeyDirectory>();

        var first = (await directory.CreateAsync(Partner))!;
        (await directory.CreateAsync(Partner)).Should().BeNull();
        (await directory.CreateAsync(new ApiKeyDefinition("configured"))).Should().BeNull();
        (await server.StatusAsync("/me", bearer: first.Key)).Should().Be(HttpStatusCode.OK);

        (await directory.RevokeAsync("partner")).Should().BeTrue();
        (await directory.RevokeAsync("partner")).Should().BeFalse();
        (await directory.RevokeAsync("configured")).Should().BeFalse();
        var second = (await directory.CreateAsync(Partner))!;

        (await server.StatusAsync("/me", bearer: first.Key)).Should().Be(HttpStatusCode.Unauthorized);
        (await server.StatusAsync("/me", bearer: second.Key)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_list_has_keys_of_all_sources_and_never_a_key()
    {
        await using var server = await StartAsync(configure: static keys => keys.Entries = $"{ApiKeyServer.Key}:globex:predict");
        var directory = server.Services.GetRequiredService<ApiKeyDirectory>();
        await directory.CreateAsync(Partner with { ExpiresAt = _time.GetUtcNow().AddDays(30) });
        await directory.CreateAsync(new ApiKeyDefinition("another"));
        await directory.RotateAsync("partner", TimeSpan.FromHours(2));

        List<ApiKeyInfo> listed = [];
        await foreach (var key in directory.ListAsync())
            listed.Add(key);

        listed.Select(static key => (key.Definition.Name[..5], key.Source)).Should().Equal(
            ("globe", ApiKeySource.Configuration), ("anoth", ApiKeySource.Store), ("partn", ApiKeySource.Store));
        listed[2].Should().BeEquivalentTo(new
        {
            Definition = Partner with { ExpiresAt = _time.GetUtcNow().AddDays(30) },
            CreatedAt = _time.GetUtcNow(),
            ReplacedKeysUntil = _time.GetUtcNow().AddHours(2),
            IsEnabled = true,
        });
        listed.Should().NotContain(static key => key.ToString().Contains(ApiKeyServer.Key));
    }

    [Fact]
    public async Task A_replaced_key_works_for_its_grace_and_an_expired_one_no_longer()
    {
        await using var server = await StartAsync();
        var directory = server.Services.GetRequiredService<ApiKeyDirectory>();
        var old = (await directory.CreateAsync(Partner with { ExpiresAt = _time.GetUtcNow().AddDays(10) }))!;
        var rotated = (await directory.RotateAsync("partner"))!;
        (await server.StatusAsync("/me", bearer: old.Key)).Should().Be(HttpStatusCode.OK);

        _time.SetUtcNow(_time.GetUtcNow().AddHours(24));
        (await server.StatusAsync("/me", bearer: old.Key)).Should().Be(HttpStatusCode.Unauthorized);
        (await server.StatusAsync("/me", bearer: rotated.Key)).Should().Be(HttpStatusCode.OK);

        _time.SetUtcNow(_time.GetUtcNow().AddDays(9));
        (await server.StatusAsync("/me", bearer: rotated.Key)).Should().Be(HttpStatusCode.Unauthorized);
        (await directory.RotateAsync("nobody")).Should().BeNull();
    }

    [Fact]
    public async Task While_the_store_is_away_known_keys_work_for_a_while_and_unknown_ones_are_answered_503()
    {
        await using var server = await StartAsync();
        var (directory, store) = (server.Services.GetRequiredService<ApiKeyDirectory>(), server.Services.GetRequiredService<FaultyStateStore>());
        var known = (await directory.CreateAsync(Partner))!;
        var unknown = (await directory.CreateAsync(new ApiKeyDefinition("unknown")))!;
        (await server.StatusAsync("/me", bearer: known.Key)).Should().Be(HttpStatusCode.OK);

        store.IsAway = true;
        for (var i = 0; i < 3; i++)
        {
            (await server.StatusAsync("/me", bearer: known.Key)).Should().Be(HttpStatusCode.OK);
            _time.Advance(TimeSpan.FromMinutes(20) - TimeSpan.FromSeconds(1));
        }

        using var away = await server.GetAsync("/me", bearer: unknown.Key);
        away.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        away.Headers.RetryAfter.Should().NotBeNull();
        (await away.Content.ReadAsStringAsync()).Should().Contain("\"code\":\"backend-unavailable\"");
        (await server.StatusAsync("/open", bearer: unknown.Key)).Should().Be(HttpStatusCode.OK);

        _time.Advance(TimeSpan.FromMinutes(1));
        (await server.StatusAsync("/me", bearer: known.Key)).Should().Be(HttpStatusCode.ServiceUnavailable, "an hour has passed");
        server.Log.Events.Count(static e => e.Id.Id == 12120).Should().Be(1);

        store.IsAway = false;
        (await server.StatusAsync("/me", bearer: known.Key)).Should().Be(HttpStatusCode.OK);
        (await server.StatusAsync("/me", bearer: unknown.Key)).Should().Be(HttpStatusCode.OK);
        server.Log.Events.Should().ContainSingle(static e => e.Id.Id == 12121);
    }

    [Fact]
    public async Task A_key_that_is_known_costs_the_store_nothing_until_it_is_confirmed()
    {
        await using var server = await StartAsync();
        var (directory, store) = (server.Services.GetRequiredService<ApiKeyDirectory>(), server.Services.GetRequiredService<FaultyStateStore>());
        var key = (await directory.CreateAsync(Partner))!;
        await server.StatusAsync("/me", bearer: key.Key);

        var reads = store.Reads;
        await server.StatusAsync("/me", bearer: key.Key);
        await server.StatusAsync("/me", bearer: key.Key);
        store.Reads.Should().Be(reads);

        _time.Advance(TimeSpan.FromSeconds(30));
        await server.StatusAsync("/me", bearer: key.Key);
        await server.StatusAsync("/me", bearer: key.Key);
        store.Reads.Should().Be(reads + 1);
    }

    [Fact]
    public async Task What_is_damaged_or_of_a_later_version_is_never_let_in_and_never_called_a_wrong_key()
    {
        await using var server = await StartAsync();
        var directory = server.Services.GetRequiredService<ApiKeyDirectory>();
        var store = server.Services.GetRequiredService<IStateStore>();
        var key = (await directory.CreateAsync(Partner))!;

        foreach (var damaged in new[] { "{\"format\":2,\"name\":\"partner\"}", "{\"format\":1}", "nothing", "null" })
        {
            var current = (await store.GetAsync(new StateKey("api-keys", "name/partner")))!.Value;
            await store.CompareAndSetAsync(new StateKey("api-keys", "name/partner"), Encoding.UTF8.GetBytes(damaged), current.Version);
            (await server.StatusAsync("/me", bearer: key.Key)).Should().Be(HttpStatusCode.ServiceUnavailable);
        }

        (await directory.RevokeAsync("partner")).Should().BeTrue();
        (await server.StatusAsync("/me", bearer: key.Key)).Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_cannot_be_a_key_is_not_made()
    {
        await using var server = await StartAsync(configure: static keys => keys.AllowedScopes.Add("admin"));
        var directory = server.Services.GetRequiredService<ApiKeyDirectory>();

        foreach (var definition in new[]
        {
            new ApiKeyDefinition(""),
            new ApiKeyDefinition("a/b"),
            Partner with { Scopes = ["write"] },
            Partner with { AllowedNetworks = ["everywhere"] },
            Partner with { Tenant = "" },
        })
        {
            var make = async () => await directory.CreateAsync(definition);
            await make.Should().ThrowAsync<ArgumentException>();
        }
    }

    [Fact]
    public async Task Without_the_store_keys_are_listed_only()
    {
        await using var server = await ApiKeyServer.StartAsync();
        var directory = server.Services.GetRequiredService<ApiKeyDirectory>();

        var make = async () => await directory.CreateAsync(Partner);

        await make.Should().ThrowAsync<InvalidOperationException>().WithMessage("*ApiKeys:Store*");
        await foreach (var key in directory.ListAsync())
            key.Definition.Name.Should().Be("partner");
    }

    [Fact]
    public void The_stored_format_stays_as_it_is()
    {
        const string stored = "{\"format\":1,\"name\":\"partner\",\"tenant\":\"acme\",\"scopes\":[\"admin\"],\"networks\":[\"127.0.0.0/8\"],"
            + "\"createdAt\":\"2030-01-02T03:04:05+00:00\",\"expiresAt\":\"2031-01-01T00:00:00+00:00\",\"keys\":["
            + "{\"sha256\":\"36bbe50ed96841d10443bcb670d6554f0a34b761be67ec9c4a8ad2c0c44ca42c\",\"addedAt\":\"2030-02-01T00:00:00+00:00\"},"
            + "{\"sha256\":\"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae\",\"addedAt\":\"2030-01-02T03:04:05+00:00\",\"until\":\"2030-02-02T00:00:00+00:00\"}]}";

        var key = StoredApiKeyFormat.Read(Encoding.UTF8.GetBytes(stored));

        Encoding.UTF8.GetString(StoredApiKeyFormat.Write(key)).Should().Be(stored);
        Encoding.UTF8.GetString(StoredApiKeyFormat.WriteName("partner")).Should().Be("{\"format\":1,\"name\":\"partner\"}");
        KeyHash.Of("abcde").ToString().Should().Be("36bbe50ed96841d10443bcb670d6554f0a34b761be67ec9c4a8ad2c0c44ca42c");
        StoredApiKeyFormat.SpaceOf("docs").Should().Be("docs/api-keys");
    }

    private static Task<WebServer> ReplicaAsync(Backend backend) => ApiKeyServer.StartAsync(
        static keys => (keys.Store, keys.FailuresBeforeBan) = (true, 0), services: backend.Use);

    private Task<WebServer> StartAsync(Action<ApiKeyOptions>? configure = null) => ApiKeyServer.StartAsync(
        keys =>
        {
            (keys.Store, keys.FailuresBeforeBan) = (true, 0);
            configure?.Invoke(keys);
        },
        services: services =>
        {
            services.AddSingleton<TimeProvider>(_time);
            services.AddSingleton(new FaultyStateStore(new InMemoryStateStore(_time)));
            services.AddPipeline().SetRole<IStateStore>("the test", static provider => provider.GetRequiredService<FaultyStateStore>());
        });
}
