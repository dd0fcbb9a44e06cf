using System.Reflection;
using System.Text.RegularExpressions;
using FluentAssertions;
using Pipeline.ArchitectureTests.Repository;
using Pipeline.Caching;
using Pipeline.Learning;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.Steps;
using Pipeline.Telemetry;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.ArchitectureTests.Documentation;

/// <summary>docs/configuration.md names every setting there is, and none that there is not.</summary>
public sealed class ConfigurationPageTests
{
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

    [Theory]
    [MemberData(nameof(Sections))]
    public void A_section_of_the_page_lists_exactly_the_settings_of_its_options(string section, Type options)
    {
        var page = File.ReadAllText(RepositoryFiles.FullPath("docs/configuration.md"));
        var start = Regex.Match(page, $@"^## {Regex.Escape(section)}( \(.*\))?$", RegexOptions.Multiline, TimeSpan.FromSeconds(1)).Index;
        start.Should().BePositive();
        var end = page.IndexOf("\n## ", start, StringComparison.Ordinal);
        var rows = page[start..(end < 0 ? page.Length : end)].Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        var listed = rows.Select(row => Regex.Replace(row.Split('`')[1], ":<.*>$", "", RegexOptions.None, TimeSpan.FromSeconds(1)));

        listed.Should().BeEquivalentTo(SettingsOf(options, ""));
    }

    private static IEnumerable<string> SettingsOf(Type options, string prefix) =>
        from property in options.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        where property.SetMethod is { IsPublic: true }
        from setting in property.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal)
            ? SettingsOf(property.PropertyType, $"{prefix}{property.Name}:")
            : [prefix + property.Name]
        select setting;
}
