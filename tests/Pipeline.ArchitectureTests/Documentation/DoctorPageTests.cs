using System.Text.Json;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.ArchitectureTests.Repository;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;
using Xunit;

namespace Pipeline.ArchitectureTests.Documentation;

/// <summary>docs/doctor.md lists every check there is, and the JSON that is written.</summary>
public sealed class DoctorPageTests
{
    private static readonly string Page = File.ReadAllText(RepositoryFiles.FullPath("docs/doctor.md"));

    [Fact]
    public async Task The_page_lists_exactly_the_checks_of_a_suite_and_which_of_them_may_use_the_network()
    {
        var (names, skipped) = await ChecksAsync(static _ => { });

        var rows = Rows().Where(row => !IsOfBackend(row[1])).ToArray();

        rows.Select(row => row[1]).Should().Equal(names);
        rows.Where(row => row[6] == "yes").Select(row => row[1]).Should().Equal(skipped);
    }

    [Fact]
    public async Task The_page_lists_exactly_the_checks_of_the_backends_all_of_which_use_the_network()
    {
        var own = await ChecksAsync(static _ => { });
        var (names, skipped) = await ChecksAsync(static pipeline => pipeline
            .UseRedis("localhost:6379", PipelineRoles.Cache).UsePostgres("Host=localhost", PipelineRoles.Queues));

        var rows = Rows().Where(row => IsOfBackend(row[1])).ToArray();

        rows.Select(row => row[1]).Should().Equal(names.Except(own.Names)).And.BeSubsetOf(skipped);
        rows.Should().OnlyContain(row => row[6] == "yes");
    }

    [Fact]
    public async Task The_page_lists_exactly_the_checks_of_the_HTTP_edge()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddPipeline();
        builder.Services.AddPipelineHttp();
        builder.Services.AddAuthentication().AddPipelineApiKeys();
        await using var app = builder.Build();

        var names = app.Services.GetRequiredService<Doctor>().CheckNames.Where(static name => name.StartsWith("http.", StringComparison.Ordinal));

        Page[Page.IndexOf("## Checks of the HTTP edge", StringComparison.Ordinal)..].Split('\n')
            .Where(static line => line.StartsWith("| `http.", StringComparison.Ordinal))
            .Select(static line => line.Split('`')[1])
            .Should().Equal(names);
    }

    [Fact]
    public void Every_row_says_what_is_looked_at_what_may_be_wrong_and_the_mend() =>
        Rows().Should().OnlyContain(row => row.Length == 8 && row[2].Length > 0 && row[5].Length > 0 && (row[3].Length > 0 || row[4].Length > 0));

    [Fact]
    public async Task The_page_shows_the_JSON_with_every_property()
    {
        var start = Page.IndexOf("```json", StringComparison.Ordinal) + "```json".Length;
        using var shown = JsonDocument.Parse(Page[start..Page.IndexOf("```", start, StringComparison.Ordinal)]);
        using var written = JsonDocument.Parse((await new Doctor([new NullCheck()]).RunAsync()).ToJson());

        PropertiesOf(shown.RootElement).Should().Equal(PropertiesOf(written.RootElement));
    }

    [Fact]
    public void The_page_explains_every_argument()
    {
        foreach (var argument in new[] { "--json", "--skip-network", "--only-errors", "--only", "--except", "--timeout", "--no-color", "--list", "--help" })
        {
            Page.Should().Contain($"| `{argument}");
        }
    }

    private static string[][] Rows() =>
    [
        .. Page[Page.IndexOf("## The checks", StringComparison.Ordinal)..].Split('\n')
            .TakeWhile(line => !line.StartsWith("## Checks of", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Select(cells => (string[])[cells[0], cells[1].Trim('`'), .. cells[2..]]),
    ];

    private static bool IsOfBackend(string check) => check.StartsWith("postgres.", StringComparison.Ordinal) || check.StartsWith("redis.", StringComparison.Ordinal);

    private static async Task<(IReadOnlyList<string> Names, IReadOnlyList<string> Skipped)> ChecksAsync(Action<IPipelineBuilder> configure)
    {
        var services = new ServiceCollection();
        configure(services.AddPipeline());
        await using var provider = services.BuildServiceProvider();
        var doctor = provider.GetRequiredService<Doctor>();
        return ([.. doctor.CheckNames], [.. (await doctor.RunAsync(new DoctorRunOptions { SkipNetwork = true })).Skipped]);
    }

    private static IEnumerable<string> PropertiesOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => PropertiesOf(property.Value).Prepend(property.Name)),
        JsonValueKind.Array => element.EnumerateArray().Take(1).SelectMany(PropertiesOf),
        _ => [],
    };

    private sealed class NullCheck : IDoctorCheck
    {
        public string Name => "null";

        public bool UsesNetwork => false;

        public ValueTask<DoctorResult> CheckAsync(CancellationToken cancellationToken = default) => new(DoctorResult.Ok("Nothing."));
    }
}
