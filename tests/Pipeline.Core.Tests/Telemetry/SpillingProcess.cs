using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Pipeline.Telemetry;

/// <summary>A process that emits records with the spill on until it is killed, as <c>kill -9</c> does.</summary>
internal sealed class SpillingProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentDictionary<int, int> _taken = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _wanted;
    private readonly int _wantedBatches;
    private int _count;
    private int _batches;

    public SpillingProcess(string folder, string file, int threads, int wanted)
    {
        _wanted = wanted;
        _wantedBatches = file.Length == 0 ? 0 : 3;
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                "exec", Path.Combine(AppContext.BaseDirectory, "Pipeline.SpillingProcess.dll"), folder, file, threads.ToString(CultureInfo.InvariantCulture),
            },
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
    }

    /// <summary>
    /// Waits until so many records were taken and, where it writes, some batches were written, kills the process, and tells the number of the last that
    /// was taken on each thread.
    /// </summary>
    public async Task<IReadOnlyDictionary<int, int>> KillAsync()
    {
        await Task.WhenAny(_enough.Task, _ended.Task);
        _process.Kill();
        await _process.WaitForExitAsync();
        await _ended.Task;
        return _enough.Task.IsCompleted ? _taken : throw new InvalidOperationException($"The process ended by itself, with exit code {_process.ExitCode}.");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private void Add(string? line)
    {
        if (line is null)
        {
            _ended.TrySetResult();
            return;
        }

        if (line.Split(' ') is [var first, var second])
        {
            var (thread, number) = (int.Parse(first, CultureInfo.InvariantCulture), int.Parse(second, CultureInfo.InvariantCulture));
            _taken[thread] = Math.Max(number, _taken.GetValueOrDefault(thread));
            _count++;
        }
        else
        {
            _batches++;
        }

        if (_count >= _wanted && _batches >= _wantedBatches)
        {
            _enough.TrySetResult();
        }
    }
}
