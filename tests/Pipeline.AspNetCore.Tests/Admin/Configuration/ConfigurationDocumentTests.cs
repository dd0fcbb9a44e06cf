using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Authentication;
using Pipeline.Caching;
using Pipeline.DependencyInjection;
using Pipeline.Queues;
using Xunit;

namespace Pipeline.Admin;

/// <summary>The exported document: its format (docs/formats.md), and what is never in it.</summary>
public sealed class ConfigurationDocumentTests
{
    [Fact]
    public void The_format_stays_as_it_is()
    {
        const string written = "{\"format\":\"pipeline-configuration\",\"version\":1,\"exportedAt\":\"2030-02-01T12:00:00+00:00\",\"application\":\"Shop\",\"suite\":\"\","
            + "\"settings\":{\"Http\":{\"ForwardedHeaders\":{\"KnownNetworks\":[\"10.1.0.0/16\"]},\"RateLimits\":{\"Default\":\"600/60\"}}},\"omitted\":[\"Http:ApiKeys:Keys\"],"
            + "\"keys\":[{\"name\":\"partner\",\"tenant\":\"acme\",\"scopes\":[\"admin\"],\"allowedNetworks\":[\"127.0.0.0/8\"],"
            + "\"createdAt\":\"2030-01-02T03:04:05+00:00\",\"expiresAt\":\"2031-01-01T00:00:00+00:00\",\"hashes\":["
            + "{\"sha256\":\"36bbe50ed96841d10443bcb670d6554f0a34b761be67ec9c4a8ad2c0c44ca42c\",\"addedAt\":\"2030-02-01T00:00:00+00:00\"},"
            + "{\"sha256\":\"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae\",\"addedAt\":\"2030-01-02T03:04:05+00:00\",\"until\":\"2030-02-02T00:00:00+00:00\"}]}]}";

        var document = JsonSerializer.Deserialize(written, AdminJsonContext.Default.ConfigurationDocument)!;

        var settings = SettingsJson.Write(new Dictionary<string, string?> { ["Http:RateLimits:Default"] = "600/60", ["Http:ForwardedHeaders:KnownNetworks:0"] = "10.1.0.0/16" });
        var again = document with { Settings = JsonElement.Parse(settings.Span), Keys = [ConfigurationKey.Of(document.Keys![0]!.ToStored())] };
        JsonSerializer.Serialize(again, AdminJsonContext.Default.ConfigurationDocument).Replace("\\u002B", "+").Should().Be(written);
    }

    // A setting that is new here is looked at by a person: whether it can hold a secret no program can tell.
    [Fact]
    public void Each_setting_whose_name_speaks_of_secrets_is_withheld_or_known_to_hold_none()
    {
        var services = new ServiceCollection();
        services.AddAuthentication().AddPipelineApiKeys();
        var withheld = services.Select(static service => service.ImplementationInstance).OfType<HttpSettings>().Single().Withheld;

        var suspicious =
            from type in new[] { typeof(ApiKeyOptions), typeof(QueueOptions), typeof(TieredCache) }.SelectMany(static type => type.Assembly.GetExportedTypes())
            where type.Name.EndsWith("Options", StringComparison.Ordinal)
            from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            where property.SetMethod is { IsPublic: true }
                && Regex.IsMatch(property.Name, "Key|Password|Secret|Token|Credential|Connection|Entries|List", RegexOptions.None, TimeSpan.FromSeconds(1))
            select $"{type.Name}.{property.Name}";

        suspicious.Should().BeEquivalentTo(
            "ApiKeyOptions.Keys", "ApiKeyOptions.Entries", "ApiKeyOptions.List",
            "ApiKeyOptions.MinKeyLength", "ApiKeyOptions.TokenScheme", "QueueOptions.DeadLetterBlocksOrderingKey", "CacheMemoryOptions.MaxEntries",
            "EnqueueOptions.DeduplicationKey", "EnqueueOptions.OrderingKey");
        withheld.Should().BeEquivalentTo("Admin:SettingsFile", "ApiKeys:Keys", "ApiKeys:Entries", "ApiKeys:List");
    }
}
