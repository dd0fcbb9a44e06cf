using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Quickstart;

/// <summary>The program in a process of its own.</summary>
internal sealed partial class QuickstartProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private QuickstartProcess(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <param name="temporary">Where it puts its temporary files.</param>
    /// <param name="args">The command line.</param>
    public static QuickstartProcess Start(TemporaryFolder temporary, params string[] args) =>
        new(Process.Start(new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Quickstart.dll"), .. args])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["TMPDIR"] = temporary.Path },
        })!);

    public async Task<(int ExitCode, string Output, string Error)> WaitAsync()
    {
        await _process.WaitForExitAsync();
        return (_process.ExitCode, await _output, await _error);
    }

    /// <summary>Finds what it said of the documents: its own, and those of all processes.</summary>
    public static (int Own, int Processes, int All) Counts(string output)
    {
        var match = Sharing().Match(output);
        return (Number("own"), Number("processes"), Number("all"));

        int Number(string name) => int.Parse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    [GeneratedRegex(
        @"stored by this process: (?<own>\d+); by all processes of the run \((?<processes>\d+)\): (?<all>\d+),", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sharing();
}
