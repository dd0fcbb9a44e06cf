using System.Net;
using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Pipeline.Authentication;

/// <summary>C7: keys of the configuration, rotated without restart.</summary>
public sealed class ApiKeyReloadTests
{
    [Fact]
    public async Task Keys_follow_the_configuration_and_what_is_malformed_changes_nothing()
    {
        await using var server = await ApiKeyServer.StartAsync();
        var configuration = (IConfigurationRoot)server.App.Configuration;

        configuration["Http:ApiKeys:Keys"] = $"partner={ApiKeyServer.OtherKey}";
        configuration.Reload();
        (await server.StatusAsync("/me", bearer: ApiKeyServer.OtherKey)).Should().Be(HttpStatusCode.OK);
        (await server.StatusAsync("/me", bearer: ApiKeyServer.Key)).Should().Be(HttpStatusCode.OK, "it has a day left");

        configuration["Http:ApiKeys:Keys"] = "partner=short";
        configuration.Reload();
        (await server.StatusAsync("/me", bearer: ApiKeyServer.OtherKey)).Should().Be(HttpStatusCode.OK);
        server.Services.GetRequiredService<ApiKeyRing>().LookAtFile();
        server.Log.Events.Should().ContainSingle(static e => e.Id.Id == 12102).Which.Text.Should().Contain("Keys, item 1");
    }
}
