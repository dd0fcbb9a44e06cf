using System.Diagnostics;

namespace Pipeline.TestSupport;

/// <summary>The crash program of benchmarks/Pipeline.Crash, as a process of its own.</summary>
public static class CrashProgram
{
    /// <summary>Runs it.</summary>
    /// <param name="arguments">Its arguments, separated by spaces.</param>
    /// <returns>Its exit code, and all that it wrote.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(string arguments)
    {
        // It keeps the histories of a run that went wrong.
        var temporary = Directory.CreateTempSubdirectory("pipeline-crash-test-");

        // A server that refuses to be root's finds its data below.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(temporary.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        try
        {
            var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Pipeline.Crash.dll"), .. arguments.Split(' ')])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["TMPDIR"] = temporary.FullName },
            };
            using var process = Process.Start(start)!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return (process.ExitCode, await output + await error);
        }
        finally
        {
            try
            {
                temporary.Delete(recursive: true);
            }
            catch (DirectoryNotFoundException)
            {
                // What watches over a server that was killed clears away, too.
            }
        }
    }
}
