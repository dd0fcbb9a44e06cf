using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.RegularExpressions;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Diagnostics;
using Pipeline.Fixtures;
using Xunit;

namespace Pipeline.Metrics;

/// <summary>C5, C8, D9: the dashboard and the alert rules ask for metrics that there are.</summary>
public sealed partial class ShippedNamesTests
{
    [Fact]
    public async Task Every_metric_of_the_dashboard_and_the_rules_is_one_that_a_server_tells()
    {
        var told = await ToldAsync();

        var asked = Expressions().SelectMany(NamesOf).Distinct(StringComparer.Ordinal).ToArray();

        asked.Should().HaveCountGreaterThan(30);
        asked.Except(told, StringComparer.Ordinal).Should().BeEmpty();
    }

    [Theory]
    [InlineData("""sum by (job, le) (rate(a_b{c_d="e_f"}[5m])) / on (g_h) i_j""", "a_b", "i_j")]
    [InlineData("label_values(a_b, job)", "a_b")]
    public void The_names_of_metrics_are_told_from_those_of_labels(string expression, params string[] names) => NamesOf(expression).Should().Equal(names);

    private static IEnumerable<string> Expressions()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Shipped.File("dashboard.json")));
        var root = dashboard.RootElement;
        var panels = root.GetProperty("panels").EnumerateArray()
            .Where(static panel => panel.TryGetProperty("targets", out _))
            .SelectMany(static panel => panel.GetProperty("targets").EnumerateArray())
            .Select(static target => target.GetProperty("expr").GetString()!);
        var variables = root.GetProperty("templating").GetProperty("list").EnumerateArray()
            .Where(static variable => variable.TryGetProperty("definition", out _))
            .Select(static variable => variable.GetProperty("definition").GetString()!);
        var rules = Regex.Matches(File.ReadAllText(Shipped.File("alerts.yml")), @"expr: (?:\|\n)?(?<expr>.*(?:\n {10,}.*)*)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5))
            .Select(static match => match.Groups["expr"].Value);
        return [.. panels, .. variables, .. rules];
    }

    /// <summary>What is left of an expression without labels, ranges and functions.</summary>
    private static IEnumerable<string> NamesOf(string expression) =>
        Name().Matches(NoName().Replace(expression, " ")).Select(static match => match.Value).Where(static name => name.Contains('_', StringComparison.Ordinal));

    [GeneratedRegex("""\{[^}]*\}|\[[^\]]*\]|\b(by|on|ignoring|without)\s*\([^)]*\)|\b\w+(?=\s*\()|"[^"]*" """, RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex NoName();

    [GeneratedRegex(@"\b[a-z]\w*\b", RegexOptions.None, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Name();

    /// <summary>The names of all samples that a server with the whole suite on PostgreSQL can have.</summary>
    private static async Task<IReadOnlyCollection<string>> ToldAsync()
    {
        var backend = await Backend.CreateAsync(BackendKind.Postgres);
        await using var server = await WebServer.StartAsync(
            static app =>
            {
                app.MapPipelineMetrics();
                app.MapGet("/", static context => context.Response.WriteAsync(""));
            },
            (services, _) =>
            {
                backend.Use(services);
                services.AddPipeline().AddQueue("documents").AddQueueMetrics();
            });

        // What has not been used has not told its instruments yet, so all of the suite's are made here.
        var meters = server.Services.GetRequiredService<IMeterFactory>();
        foreach (var type in typeof(Doctor).Assembly.GetTypes())
            type.GetConstructor([typeof(IMeterFactory)])?.Invoke([meters]);
        return [.. server.Services.GetRequiredService<MetricsCollector>().Families.SelectMany(SamplesOf)];
    }

    private static string[] SamplesOf(MetricFamily family) => family.Kind switch
    {
        MetricKind.Counter => [family.Name + "_total"],
        MetricKind.Gauge => [family.Name],
        _ => [family.Name + "_bucket", family.Name + "_count", family.Name + "_sum"],
    };
}
