using System.Collections.Concurrent;
using System.Diagnostics;

namespace Pipeline.TestSupport;

/// <summary>One run of a server's program. What it writes is kept.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private const int KeptLines = 500;

    private readonly Process _process;
    private readonly string _readyLine;
    private readonly ConcurrentQueue<string> _output;
    private readonly TaskCompletionSource<bool> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    private ServerProcess(Process process, string readyLine, ConcurrentQueue<string> output)
    {
        _process = process;
        _readyLine = readyLine;
        _output = output;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
        _ = EndAsync();
    }

    public int Id => _process.Id;

    /// <summary>Gets a task that ends when the server has loaded its data and accepts connections (true) or has ended before that (false).</summary>
    public Task<bool> Ready => _ready.Task;

    /// <summary>Starts the program.</summary>
    /// <param name="start">The program, its arguments and its folder.</param>
    /// <param name="readyLine">A part of the line that it writes when it accepts connections.</param>
    /// <param name="output">Takes the lines that it writes.</param>
    public static ServerProcess Start(ProcessStartInfo start, string readyLine, ConcurrentQueue<string> output)
    {
        start.UseShellExecute = false;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var process = Process.Start(start)!;
        ServerWatch.Add(process.Id);
        return new ServerProcess(process, readyLine, output);
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
    public void WaitUntilStopped() => Signal.WaitUntilStopped(_process.Id);

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
            if (line.Contains(_readyLine, StringComparison.Ordinal))
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
