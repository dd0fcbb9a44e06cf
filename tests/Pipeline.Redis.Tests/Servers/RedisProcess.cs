using System.Collections.Concurrent;
using System.Diagnostics;

namespace Pipeline.Redis.Servers;

/// <summary>One run of <c>redis-server</c>.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private const int KeptLines = 500;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output;
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private RedisProcess(Process process, ConcurrentQueue<string> output)
    {
        _process = process;
        _output = output;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
        _ = EndAsync();
    }

    public int Id => _process.Id;

    /// <summary>Gets a task that ends when the server has loaded its data and accepts connections (true) or has ended before that (false).</summary>
    public Task<bool> Ready => _ready.Task;

    /// <param name="configuration">The path of the configuration file.</param>
    /// <param name="output">Takes the lines that the server writes.</param>
    public static RedisProcess Start(string configuration, ConcurrentQueue<string> output)
    {
        var process = Process.Start(new ProcessStartInfo(RedisProgram.FileName, [configuration])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(configuration)!,
        })!;
        ServerWatch.Add(process.Id);
        return new RedisProcess(process, output);
    }

    /// <summary>Sends a signal; a process that is gone already gets none.</summary>
    public void Send(int signal)
    {
        try
        {
            if (!_process.HasExited)
                Signal.Send(_process.Id, signal);
        }
        catch (InvalidOperationException) when (_process.HasExited)
        {
            // It went between the look and the signal.
        }
    }

    /// <summary>Waits until the kernel has stopped the process, which a signal only asks for.</summary>
    public void WaitUntilStopped()
    {
        var state = $"/proc/{_process.Id}/stat";

        // "pid (name) state …"; the name is ours and has no parenthesis.
        SpinWait.SpinUntil(() => File.ReadAllText(state).Split(") ")[1][0] == 'T');
    }

    public async Task WaitForEndAsync()
    {
        await _process.WaitForExitAsync();
        await _reading;
    }

    /// <summary>Kills the process where it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        Send(Signal.Kill);
        await WaitForEndAsync();
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            _output.Enqueue(line);
            if (_output.Count > KeptLines)
                _output.TryDequeue(out _);
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal))
                _ready.TrySetResult(true);
        }
    }

    private async Task EndAsync()
    {
        var id = _process.Id;
        await WaitForEndAsync();
        ServerWatch.Remove(id);
        _ready.TrySetResult(false);
    }
}
