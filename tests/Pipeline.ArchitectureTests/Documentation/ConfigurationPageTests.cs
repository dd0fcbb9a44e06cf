using System.Reflection;
using System.Text.RegularExpressions;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Admin;
using Pipeline.ArchitectureTests.Repository;
using Pipeline.Authentication;
using Pipeline.Caching;
using Pipeline.Health;
using Pipeline.Idempotency;
using Pipeline.Learning;
using Pipeline.Metrics;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.RequestLimits;
using Pipeline.Requests;
using Pipeline.Steps;
using Pipeline.Telemetry;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.ArchitectureTests.Documentation;

/// <summary>docs/configuration.md names every setting there is, and none that there is not.</summary>
public sealed class ConfigurationPageTests
{
    private static readonly string Page = File.ReadAllText(RepositoryFiles.FullPath("docs/configuration.md"));

    public static TheoryData<string, Type> Sections => new()
    {
        { "Queues:&lt;name&gt;", typeof(QueueOptions) },
        { "Workers:&lt;name&gt;", typeof(QueueWorkerOptions) },
        { "Chains:&lt;name&gt;", typeof(ChainOptions) },
        { "Steps:&lt;name&gt;", typeof(StepOptions) },
        { "Caching", typeof(TieredCacheOptions) },
        { "Caching:Default and Caching:Presets:&lt;name&gt;", typeof(CacheEntryPreset) },
        { "RateLimiting", typeof(RateLimitingOptions) },
        { "Learning", typeof(LearningOptions) },
        { "Telemetry", typeof(TelemetryOptions) },
        { "Telemetry:Prices:Models:&lt;model&gt;", typeof(ModelPrices) },
    };

    public static TheoryData<string, Type> EdgeSections => new()
    {
        { "Admin", typeof(AdminOptions) },
        { "ApiKeys", typeof(ApiKeyOptions) },
        { "ApiKeys:List:&lt;number&gt;", typeof(ApiKeyEntry) },
        { "BodyLimits", typeof(BodyLimitOptions) },
        { "Deadlines", typeof(DeadlineOptions) },
        { "Draining", typeof(DrainingOptions) },
        { "ForwardedHeaders", typeof(TrustedProxyOptions) },
        { "Health", typeof(HealthOptions) },
        { "Idempotency", typeof(HttpIdempotencyOptions) },
        { "Internal", typeof(InternalOptions) },
        { "Metrics", typeof(MetricsOptions) },
        { "RateLimits", typeof(HttpRateLimitOptions) },
        { "RequestIds", typeof(RequestIdOptions) },
        { "SecurityHeaders", typeof(SecurityHeadersOptions) },
    };

    [Theory]
    [MemberData(nameof(Sections))]
    public void A_section_of_the_page_lists_exactly_the_settings_of_its_options(string section, Type options) =>
        ListedUnder($"## {section}").Should().BeEquivalentTo(SettingsOf(options, ""));

    [Theory]
    [MemberData(nameof(EdgeSections))]
    public void A_section_of_the_HTTP_edge_lists_exactly_the_settings_of_its_options(string section, Type options) =>
        ListedUnder($"### {section}").Should().BeEquivalentTo(SettingsOf(options, ""));

    [Fact]
    public async Task The_page_has_a_section_for_each_that_the_HTTP_edge_binds()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Http:ApiKeys:Required"] = "false", ["Http:Unknown"] = "1" });
        builder.Services.AddPipeline();
        builder.Services.AddPipelineHttp(builder.Configuration.GetSection("Http"));
        builder.Services.AddAuthentication().AddPipelineApiKeys();
        await using var app = builder.Build();

        // The edge says which sections it has when there is another.
        var start = () => app.StartAsync();

        var sections = Page.Split('\n').Where(static line => line.StartsWith("### ", StringComparison.Ordinal) && !line.Contains(':', StringComparison.Ordinal));
        (await start.Should().ThrowAsync<InvalidOperationException>()).Which.Message
            .Should().Contain($"Its sections are {string.Join(", ", sections.Select(static line => line[4..]))}. ");
    }

    private static IEnumerable<string> ListedUnder(string heading)
    {
        var start = Regex.Match(Page, $@"^{Regex.Escape(heading)}( \(.*\))?$", RegexOptions.Multiline, TimeSpan.FromSeconds(1)).Index;
        start.Should().BePositive();
        return Page[start..].Split('\n').Skip(1)
            .TakeWhile(static line => !line.StartsWith("##", StringComparison.Ordinal))
            .Where(static line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(static row => Regex.Replace(row.Split('`')[1], ":<.*>$", "", RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    private static IEnumerable<string> SettingsOf(Type options, string prefix) =>
        from property in options.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        where property.SetMethod is { IsPublic: true }
        from setting in property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal)
            ? SettingsOf(property.PropertyType, $"{prefix}{property.Name}:")
            : [prefix + property.Name]
        select setting;
}
