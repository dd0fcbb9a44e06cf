using System.Collections.Concurrent;
using System.Diagnostics;

namespace Pipeline.Samples;

/// <summary>The sample samples/Api as a process of its own, with what it writes.</summary>
internal sealed class ApiProcess : IAsyncDisposable
{
    public const string DevelopmentKey = "for-development-only-0000";

    private const string Listening = "Now listening on: ";

    private readonly Process _process;
    private readonly TaskCompletionSource<Uri?> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private ApiProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, Output), ReadAsync(process.StandardError, Error));
        _ = EndAsync();
    }

    public ConcurrentQueue<string> Output { get; } = new();

    public ConcurrentQueue<string> Error { get; } = new();

    /// <summary>Starts it, in its environment Development unless the settings say otherwise.</summary>
    public static ApiProcess Start(IReadOnlyDictionary<string, string>? settings = null, params string[] arguments)
    {
        var folder = AppContext.BaseDirectory;
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(folder, "Api.dll"), .. arguments])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(static name =>
            name.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || name.StartsWith("DOTNET_ENV", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["Urls"] = "http://127.0.0.1:0";
        start.Environment["Logging__Console__FormatterName"] = "json";
        start.Environment["Logging__Console__FormatterOptions__IncludeScopes"] = "true";

        // A test may be faster than its limit, and a machine that runs many tests slower than a limiter's patience.
        start.Environment["Http__RateLimits__Policies__burst"] = "off";
        start.Environment["Pipeline__RateLimiting__OutageBudget"] = "00:00:10";
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        ServerWatch.Add(process.Id);
        return new ApiProcess(process);
    }

    /// <summary>Waits until it listens, and gives a client with the development key.</summary>
    public async Task<HttpClient> ConnectAsync(string key = DevelopmentKey)
    {
        var address = await _address.Task ?? throw new InvalidOperationException($"The sample has not started:\n{string.Join('\n', Output)}\n{string.Join('\n', Error)}");
        return new HttpClient { BaseAddress = address, DefaultRequestHeaders = { Authorization = new("Bearer", key) } };
    }

    /// <summary>Tells it to stop.</summary>
    public void Terminate() => Signal.Send(_process.Id, Signal.Terminate);

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WaitForEndAsync()
    {
        await _process.WaitForExitAsync();
        await _reading;
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Signal.TrySend(_process.Id, Signal.Kill);
        await WaitForEndAsync();
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader, ConcurrentQueue<string> lines)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lines.Enqueue(line);
            if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
                _address.TrySetResult(new Uri(line[(at + Listening.Length)..].Split('"', 2)[0]));
        }
    }

    private async Task EndAsync()
    {
        var id = _process.Id;
        await WaitForEndAsync();
        ServerWatch.Remove(id);
        _address.TrySetResult(null);
    }
}
