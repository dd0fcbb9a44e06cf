using System.Text.Json;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Xunit;

namespace Pipeline.Diagnostics;

public sealed class DoctorCommandTests
{
    [Fact]
    public async Task Without_arguments_every_check_runs_and_a_table_is_printed()
    {
        var (exitCode, output, error) = await RunAsync();

        exitCode.Should().Be(0, output);
        output.Should().Contain("ok       a.well").And.Contain("warning  b.odd").And.Contain("ok       c.away").And.EndWith("\n");
        error.Should().BeEmpty();
    }

    [Fact]
    public async Task An_error_makes_the_exit_code_1()
    {
        var (exitCode, output, _) = await RunAsync(["--only", "d.broken"], withError: true);

        exitCode.Should().Be(1);
        output.Should().Contain("error    d.broken");
    }

    [Fact]
    public async Task Only_errors_leaves_out_the_rows_of_the_others_and_counts_all()
    {
        var (exitCode, output, _) = await RunAsync(["--only-errors", "--only", "?.*"], withError: true);
        var (well, nothing, _) = await RunAsync(["--only-errors", "--only", "?.*"]);

        exitCode.Should().Be(1);
        output.Should().StartWith("error    d.broken").And.NotContain("a.well").And.NotContain("b.odd").And.EndWith("4 checks: 2 ok, 1 warning, 1 error\n");
        well.Should().Be(0);
        nothing.Should().Be("3 checks: 2 ok, 1 warning, 0 errors\n");
    }

    [Fact]
    public async Task Only_errors_holds_for_JSON_too()
    {
        var (exitCode, output, _) = await RunAsync(["--only-errors", "--json", "--only", "?.*"], withError: true);

        exitCode.Should().Be(1);
        using var json = JsonDocument.Parse(output);
        json.RootElement.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString()).Should().Equal("d.broken");
        json.RootElement.GetProperty("counts").GetProperty("ok").GetInt32().Should().Be(2);
        json.RootElement.GetProperty("status").GetString().Should().Be("error");
    }

    [Fact]
    public async Task JSON_is_one_document()
    {
        var (exitCode, output, _) = await RunAsync(["--json", "--only=a.*", "--only", "b.*"]);

        exitCode.Should().Be(0);
        using var json = JsonDocument.Parse(output);
        json.RootElement.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("name").GetString()).Should().Equal("a.well", "b.odd");
    }

    [Fact]
    public async Task Checks_are_left_out_on_demand()
    {
        var (_, output, _) = await RunAsync(["--skip-network", "--only", "?.*", "--except", "b.odd"]);

        output.Should().Be("ok       a.well  Fine.\n1 check: 1 ok, 0 warnings, 0 errors, 1 skipped (network)\n");
    }

    [Fact]
    public async Task The_list_names_the_checks_and_runs_none()
    {
        var (exitCode, output, _) = await RunAsync(["--list", "--only", "?.*", "--only", "d.broken"], withError: true);

        exitCode.Should().Be(0);
        Lines(output).Should().Equal("a.well", "b.odd", "c.away (network)", "d.broken");
    }

    [Fact]
    public async Task The_list_has_the_suites_own_checks()
    {
        var (_, output, _) = await RunAsync(["--list", "--skip-network"]);

        Lines(output).Should().Contain(["configuration.valid", "process.clock", "queue.workers", "a.well"]).And.NotContain("c.away (network)");
    }

    [Fact]
    public async Task Help_explains_every_argument()
    {
        var (exitCode, output, _) = await RunAsync(["--help"]);

        exitCode.Should().Be(0);
        foreach (var argument in new[] { "--json", "--skip-network", "--only", "--except", "--timeout", "--no-color", "--list", "--help" })
        {
            output.Should().Contain(argument);
        }
    }

    [Theory]
    [InlineData("'--jsn' is no argument of the doctor's. Correct or remove it.", "--jsn")]
    [InlineData("'' is no argument of the doctor's. Correct or remove it.", "")]
    [InlineData("'doctor' is no argument of the doctor's. Correct or remove it.", "doctor")]
    [InlineData("'--json=1' is no argument of the doctor's. Correct or remove it.", "--json=1")]
    [InlineData("'--JSON' is no argument of the doctor's. Correct or remove it.", "--JSON")]
    [InlineData("'--only' has no value. Give it one.", "--only")]
    [InlineData("'--only' has no value. Give it one.", "--only=")]
    [InlineData("'--except' has no value. Give it one.", "--except", "--json")]
    [InlineData("No check is named 'x.*'. Correct the pattern; the list of all checks says what there is.", "--only", "x.*")]
    [InlineData("'0' is no time in seconds that a check may take. Give 0.001 to 3600.", "--timeout", "0")]
    [InlineData("'3601' is no time in seconds that a check may take. Give 0.001 to 3600.", "--timeout=3601")]
    [InlineData("'-1' is no time in seconds that a check may take. Give 0.001 to 3600.", "--timeout", "-1")]
    [InlineData("'1e1' is no time in seconds that a check may take. Give 0.001 to 3600.", "--timeout", "1e1")]
    [InlineData("'--list' has no JSON. Leave out '--list' or '--json'.", "--list", "--json")]
    public async Task Arguments_that_cannot_be_understood_end_with_2_and_the_usage(string problem, params string[] args)
    {
        var (exitCode, output, error) = await RunAsync(args);

        exitCode.Should().Be(2);
        output.Should().BeEmpty();
        error.Should().StartWith(problem + "\n").And.Contain("--skip-network").And.NotContain("Parameter");
    }

    [Fact]
    public void A_timeout_is_read_in_seconds() =>
        DoctorArguments.Parse(["--timeout", "0.25"]).Options.CheckTimeout.Should().Be(TimeSpan.FromSeconds(0.25));

    [Fact]
    public async Task Colours_are_the_hosts_to_ask_for_and_the_operators_to_refuse()
    {
        var (_, plain, _) = await RunAsync(["--only", "a.well"]);
        var (_, coloured, _) = await RunAsync(["--only", "a.well"], table: new DoctorTableOptions { UseColor = true });
        var (_, refused, _) = await RunAsync(["--only", "a.well", "--no-color"], table: new DoctorTableOptions { UseColor = true });

        (plain.Contains('\e'), coloured.Contains('\e'), refused.Contains('\e')).Should().Be((false, true, false));
    }

    [Fact]
    public async Task A_container_without_a_suite_is_told_so()
    {
        await using var provider = new ServiceCollection().BuildServiceProvider();

        var act = () => provider.RunPipelineDoctorAsync([]);

        await act.Should().ThrowAsync<InvalidOperationException>().WithMessage("The services have no doctor. Call AddPipeline*");
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        string[]? args = null, bool withError = false, DoctorTableOptions? table = null)
    {
        var host = new DoctorHost
        {
            Services = services =>
            {
                services.AddSingleton<IDoctorCheck>(new StubCheck("a.well", DoctorResult.Ok("Fine.")));
                services.AddSingleton<IDoctorCheck>(new StubCheck("b.odd", DoctorResult.Warning("Odd.", "Look.")));
                services.AddSingleton<IDoctorCheck>(new StubCheck("c.away", DoctorResult.Ok("Near."), usesNetwork: true));
                if (withError)
                {
                    services.AddSingleton<IDoctorCheck>(new StubCheck("d.broken", DoctorResult.Error("Broken.", "Repair.")));
                }
            },
        };
        await using var provider = host.Build(_ => { });
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await provider.RunPipelineDoctorAsync(args ?? [], output, error, table);
        return (exitCode, output.ToString(), error.ToString());
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
