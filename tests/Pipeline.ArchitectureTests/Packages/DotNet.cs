using System.Diagnostics;

namespace Pipeline.ArchitectureTests.Packages;

/// <summary>Runs the .NET command line and waits for its end.</summary>
internal static class DotNet
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Runs a command and returns what it wrote; throws, with what it wrote, if it fails.</summary>
    public static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };

        // The test itself runs below an MSBuild whose settings are not for its children; and no build server may outlive the test.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var end = new CancellationTokenSource(Patience);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(end.Token), process.StandardError.ReadToEndAsync(end.Token));
            await process.WaitForExitAsync(end.Token);
            var text = await output + await error;
            return process.ExitCode == 0 ? text : throw new InvalidOperationException($"dotnet {string.Join(' ', arguments)} failed:\n{text}");
        }
        catch (OperationCanceledException exception)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"dotnet {string.Join(' ', arguments)} did not end within {Patience}.", exception);
        }
    }
}
