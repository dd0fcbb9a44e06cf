using System.Diagnostics;

namespace Pipeline.Metrics;

/// <summary>Prometheus' own judge of metrics and rules.</summary>
internal static class Promtool
{
    private const string Program = "/usr/bin/promtool";

    /// <summary>What it finds fault with; empty for nothing.</summary>
    public static Task<string> CheckMetricsAsync(string text) => RunAsync(text, "check", "metrics");

    public static Task<string> CheckRulesAsync(string file) => RunAsync("", "check", "rules", file);

    public static Task<string> CheckConfigAsync(string file) => RunAsync("", "check", "config", file);

    public static Task<string> TestRulesAsync(string file) => RunAsync("", "test", "rules", file);

    private static async Task<string> RunAsync(string input, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        var said = await output + await error;

        // Faults that are no errors leave the exit code of some commands at zero.
        return process.ExitCode == 0 && !said.Contains("FAILED", StringComparison.Ordinal) && arguments is not ["check", "metrics"] ? "" : said;
    }
}
