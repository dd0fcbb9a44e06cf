using System.Diagnostics;
using System.Globalization;

namespace Pipeline.LimitingProcess;

/// <summary>Processes that attack the same limits, with clocks up to ten minutes apart.</summary>
public sealed class LimitingFleet : IDisposable
{
    private const int Processes = 8;
    private const int MostMinutesWrong = 5;

    private readonly List<Process> _processes = [];
    private readonly List<Task<List<string>>> _logs = [];
    private readonly List<Task> _ready = [];

    private LimitingFleet()
    {
    }

    /// <summary>Starts the processes.</summary>
    /// <param name="servers">The servers, as the processes take them.</param>
    /// <param name="prefix">The key prefix or the schema.</param>
    public static LimitingFleet Start(string servers, string prefix)
    {
        var fleet = new LimitingFleet();
        for (var number = 0; number < Processes; number++)
        {
            fleet.Add(servers, prefix, number, ((number * 2) - Processes + 1) * MostMinutesWrong * 60 / (Processes - 1));
        }

        return fleet;
    }

    /// <summary>Waits until all have begun.</summary>
    public Task BegunAsync() => Task.WhenAll(_ready);

    /// <summary>Ends all, and waits for that.</summary>
    /// <returns>What they were granted, and how often they were denied.</returns>
    public async Task<(IReadOnlyList<GrantedCost> Granted, long Denials)> EndAsync()
    {
        _processes.ForEach(process => process.StandardInput.Close());
        var lines = (await Task.WhenAll(_logs)).SelectMany(log => log).ToList();
        var ends = lines.Where(line => line.StartsWith("denied ", StringComparison.Ordinal)).ToList();
        return ends.Count == Processes
            ? ([.. lines.Except(ends).Select(GrantedCost.Parse)], ends.Sum(line => long.Parse(line.AsSpan(7), CultureInfo.InvariantCulture)))
            : throw new InvalidOperationException($"{Processes - ends.Count} processes did not end well.");
    }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            process.Dispose();
        }
    }

    private void Add(string servers, string prefix, int number, int secondsWrong)
    {
        string[] arguments = [servers, prefix, Text(number), Text(secondsWrong), "2"];
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Pipeline.LimitingProcess.dll"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        var process = Process.Start(start)!;
        _processes.Add(process);
        var ready = process.StandardOutput.ReadLineAsync();
        _ready.Add(ready);
        _logs.Add(ReadAsync(process, ready));
    }

    private static async Task<List<string>> ReadAsync(Process process, Task<string?> ready)
    {
        await ready;
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
        }

        return lines;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
