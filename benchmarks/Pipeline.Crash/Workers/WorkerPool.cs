namespace Pipeline.Crash.Workers;

/// <summary>The worker processes of a run: as many as the options say, whoever is killed.</summary>
internal sealed class WorkerPool : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CrashOptions _options;
    private readonly string _address;
    private readonly string _folder;
    private readonly CrashHistory _history;
    private readonly Dice _dice;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly List<WorkerProcess> _workers = [];
    private readonly HashSet<WorkerProcess> _paused = [];
    private readonly List<string> _problems = [];
    private int _started;

    public WorkerPool(CrashOptions options, string address, string folder, CrashHistory history)
    {
        (_options, _address, _folder, _history, _dice) = (options, address, folder, history, new Dice((ulong)options.Seed));
        _workers.AddRange(Enumerable.Range(0, options.Workers).Select(_ => Start()));
    }

    public int Kills { get; private set; }

    /// <summary>Workers that ended without having been told to.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Kills a worker with SIGKILL, and starts another in its place. One that is paused is let alone: it shall come back.</summary>
    public async Task KillOneAsync()
    {
        await _gate.WaitAsync();
        try
        {
            var number = Pick();
            var worker = _workers[number];
            if (worker.HasExited)
            {
                _problems.Add($"{worker.Name} ended by itself, with exit code {worker.ExitCode}.");
            }

            await worker.KillAsync();
            _history.AddKilled(worker.Name);
            worker.Dispose();
            _workers[number] = Start();
            Kills++;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Stops a worker with SIGSTOP for so long that all its leases run out, and continues it.</summary>
    public async Task PauseOneAsync(TimeSpan time)
    {
        await _gate.WaitAsync();
        var worker = _workers[Pick()];
        _paused.Add(worker);
        worker.Pause();
        _gate.Release();
        await Task.Delay(time);
        await _gate.WaitAsync();
        worker.Resume();
        _gate.Release();

        // It has a moment to come back with what it held before it can be killed again.
        await Task.Delay(_options.Lease);
        await _gate.WaitAsync();
        _paused.Remove(worker);
        _gate.Release();
    }

    /// <summary>Lets all workers end in good order.</summary>
    public async Task EndAsync()
    {
        foreach (var worker in _workers)
        {
            try
            {
                await worker.EndAsync().WaitAsync(Patience);
                if (worker.ExitCode != 0)
                {
                    _problems.Add($"{worker.Name} ended with exit code {worker.ExitCode}.");
                }
            }
            catch (TimeoutException)
            {
                _problems.Add($"{worker.Name} did not end within {Patience}.");
            }
        }
    }

    public void Dispose()
    {
        _workers.ForEach(worker => worker.Dispose());
        _gate.Dispose();
    }

    private int Pick()
    {
        int[] free = [.. Enumerable.Range(0, _workers.Count).Where(number => !_paused.Contains(_workers[number]))];
        return free[_dice.Next(free.Length)];
    }

    private WorkerProcess Start()
    {
        var name = FormattableString.Invariant($"worker-{++_started}");
        return new WorkerProcess(name, WorkerProgram.Arguments(_options, _address, _folder, name));
    }
}
