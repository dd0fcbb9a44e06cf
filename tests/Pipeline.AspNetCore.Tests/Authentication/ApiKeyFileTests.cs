using System.Net;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Conformance;
using Pipeline.Fixtures;
using Xunit;

namespace Pipeline.Authentication;

/// <summary>V1, C7, Q9: keys in a file, rotated without restart.</summary>
public sealed class ApiKeyFileTests : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"api-keys-{Guid.NewGuid():N}");
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public async Task A_file_has_a_key_a_line_with_what_can_be_said_of_it()
    {
        await File.WriteAllTextAsync(_path, $"""
            # partners

            partner={ApiKeyServer.Key}
              ops={ApiKeyServer.OtherKey}	tenant=acme scopes=admin,read expires=2030-06-01 networks=127.0.0.0/8,::1 enabled=true
            """.Replace("\n", "\r\n", StringComparison.Ordinal));
        await using var server = await StartAsync();

        (await server.StatusAsync("/me", bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.OK);
        (await server.StatusAsync("/admin", bearer: ApiKeyServer.OtherKey)).Should().Be(HttpStatusCode.OK);

        _time.SetUtcNow(new DateTimeOffset(2030, 6, 1, 0, 0, 0, TimeSpan.Zero));
        using var expired = await server.GetAsync("/me", bearer: ApiKeyServer.OtherKey);
        expired.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await expired.Content.ReadAsStringAsync()).Should().Contain("expired");
    }

    [Theory]
    [InlineData("partner", "File, line 3: it does not begin with name=key")]
    [InlineData("partner=short", "File, line 3: the key has 5 characters")]
    [InlineData($"partner={ApiKeyServer.Key} scopes=", "File, line 3: word 2")]
    [InlineData($"partner={ApiKeyServer.Key} scope=a", "File, line 3: word 2")]
    [InlineData($"partner={ApiKeyServer.Key} tenant=a tenant=b", "File, line 3: word 3")]
    [InlineData($"partner={ApiKeyServer.Key} expires=never", "File, line 3: word 2")]
    [InlineData($"partner={ApiKeyServer.Key} expires=10:30", "File, line 3: word 2")]
    [InlineData($"partner={ApiKeyServer.Key} enabled=perhaps", "File, line 3: word 2")]
    [InlineData($"partner={ApiKeyServer.Key} networks=10.0.0.0/40", "File, line 3: network 1")]
    [InlineData($"partner={ApiKeyServer.Key}\npartner={ApiKeyServer.OtherKey}", "File, line 4: File, line 3 has the same name for another key")]
    public async Task A_malformed_line_stops_the_start_and_names_itself_but_never_the_key(string lines, string told)
    {
        await File.WriteAllTextAsync(_path, $"# keys\n\n{lines}\n");

        var start = () => StartAsync();

        var message = (await start.Should().ThrowAsync<OptionsValidationException>()).Which.Message;
        message.Should().Contain(told).And.NotContain(ApiKeyServer.Key).And.NotContain(ApiKeyServer.OtherKey);
    }

    [Fact]
    public async Task A_file_without_a_key_stops_the_start()
    {
        await File.WriteAllTextAsync(_path, "# none yet\n");

        var start = () => StartAsync();

        await start.Should().ThrowAsync<OptionsValidationException>().WithMessage("*none is configured*");
    }

    [Fact]
    public async Task A_file_that_is_not_text_or_too_large_stops_the_start()
    {
        var start = () => StartAsync();

        await File.WriteAllBytesAsync(_path, [0xFF, 0xFE, 0x00, 0x80]);
        await start.Should().ThrowAsync<OptionsValidationException>().WithMessage("*not UTF-8*");
        await File.WriteAllTextAsync(_path, new string('#', (1024 * 1024) + 1));
        await start.Should().ThrowAsync<OptionsValidationException>().WithMessage("*larger than 1 MiB*");
    }

    [Fact]
    public async Task A_new_key_works_without_restart_and_the_one_that_it_replaces_for_another_day()
    {
        await File.WriteAllTextAsync(_path, $"partner={ApiKeyServer.Key}\n");
        await using var server = await StartAsync();

        await ChangeAsync(server, $"partner={ApiKeyServer.OtherKey}\n");
        (await server.StatusAsync("/me", bearer: ApiKeyServer.OtherKey)).Should().Be(HttpStatusCode.OK);
        (await server.StatusAsync("/me", bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.OK);

        _time.Advance(TimeSpan.FromHours(23));
        (await server.StatusAsync("/me", bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.OK);
        _time.Advance(TimeSpan.FromHours(1));
        (await server.StatusAsync("/me", bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.Unauthorized);
        (await server.StatusAsync("/me", bearer: ApiKeyServer.OtherKey)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_time_of_a_replaced_key_is_not_renewed_by_later_changes()
    {
        const string third = "abcdefghijklmnopqrstuvwxyz012345";
        await File.WriteAllTextAsync(_path, $"partner={ApiKeyServer.Key}\n");
        await using var server = await StartAsync();

        await ChangeAsync(server, $"partner={ApiKeyServer.OtherKey}\n");
        _time.Advance(TimeSpan.FromHours(20));
        await ChangeAsync(server, $"partner={third}\n");
        _time.Advance(TimeSpan.FromHours(4));

        (await server.StatusAsync("/me", bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.Unauthorized);
        (await server.StatusAsync("/me", bearer: ApiKeyServer.OtherKey)).Should().Be(HttpStatusCode.OK);
        (await server.StatusAsync("/me", bearer: third)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_disabled_key_is_refused_at_once_together_with_those_that_it_replaced()
    {
        await File.WriteAllTextAsync(_path, $"partner={ApiKeyServer.Key}\nother=abcdefghijklmnopqrstuvwxyz012345\n");
        await using var server = await StartAsync();
        await ChangeAsync(server, $"partner={ApiKeyServer.OtherKey}\nother=abcdefghijklmnopqrstuvwxyz012345\n");

        await ChangeAsync(server, $"partner={ApiKeyServer.OtherKey} enabled=false\nother=abcdefghijklmnopqrstuvwxyz012345\n");

        (await server.StatusAsync("/me", bearer: ApiKeyServer.OtherKey)).Should().Be(HttpStatusCode.Unauthorized);
        (await server.StatusAsync("/me", bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Without_grace_a_key_that_was_taken_away_is_refused_at_once()
    {
        await File.WriteAllTextAsync(_path, $"partner={ApiKeyServer.Key}\nother={ApiKeyServer.OtherKey}\n");
        await using var server = await StartAsync(static keys => keys.RotationGrace = TimeSpan.Zero);

        await ChangeAsync(server, $"other={ApiKeyServer.OtherKey}\n");

        (await server.StatusAsync("/me", bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.Unauthorized);
        (await server.StatusAsync("/me", bearer: ApiKeyServer.OtherKey)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_or_understood_changes_nothing_and_is_reported_once()
    {
        await File.WriteAllTextAsync(_path, $"partner={ApiKeyServer.Key}\n");
        await using var server = await StartAsync();
        var ring = server.Services.GetRequiredService<ApiKeyRing>();

        await ChangeAsync(server, $"partner={ApiKeyServer.OtherKey} scope=x\n");
        ring.LookAtFile();
        Errors(server).Should().ContainSingle().Which.Should().Contain("File, line 1");
        await ChangeAsync(server, "");
        ring.LookAtFile();
        Errors(server).Should().HaveCount(2);
        File.Delete(_path);
        ring.LookAtFile();
        ring.LookAtFile();
        Errors(server).Should().HaveCount(3).And.NotContain(static text => text.Contains(ApiKeyServer.OtherKey));
        (await server.StatusAsync("/me", bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.OK);
        (await server.StatusAsync("/me", bearer: ApiKeyServer.OtherKey)).Should().Be(HttpStatusCode.Unauthorized);

        await ChangeAsync(server, $"partner={ApiKeyServer.Key}\n");
        server.Log.Events.Count(static e => e.Id.Id == 12100).Should().Be(2, "they were read at start, and again");
    }

    [Fact]
    public async Task The_file_is_looked_at_by_itself()
    {
        await File.WriteAllTextAsync(_path, $"partner={ApiKeyServer.Key}\n");
        await using var server = await StartAsync();
        await File.WriteAllTextAsync(_path, $"partner={ApiKeyServer.OtherKey}\n");

        await Waiting.UntilAsync(
            async () =>
            {
                _time.Advance(Look);
                return await server.StatusAsync("/me", bearer: ApiKeyServer.OtherKey) == HttpStatusCode.OK;
            },
            "the new key");
    }

    private static List<string> Errors(WebServer server) => [.. server.Log.Events.Where(static e => e.Id.Id == 12102).Select(static e => e.Text)];

    private Task<WebServer> StartAsync() => StartAsync(static _ => { });

    private Task<WebServer> StartAsync(Action<ApiKeyOptions> configure) => ApiKeyServer.StartAsync(
        keys =>
        {
            (keys.File, keys.FailuresBeforeBan) = (_path, 0);
            configure(keys);
        },
        services: services => services.AddSingleton<TimeProvider>(_time));

    /// <summary>Changes the file, and looks at it in the place of the timer.</summary>
    private async Task ChangeAsync(WebServer server, string content)
    {
        await File.WriteAllTextAsync(_path, content);
        server.Services.GetRequiredService<ApiKeyRing>().LookAtFile();
    }
}
