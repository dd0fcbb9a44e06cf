using Pipeline.Crash.Backends;
using Pipeline.Crash.Workers;

namespace Pipeline.Crash.Faults;

/// <summary>What happens to the server and to paused workers, in an order that the seed decides, spread over the messages that are sent.</summary>
internal sealed class FaultScript
{
    private readonly CrashOptions _options;
    private readonly ICrashServer _server;
    private readonly WorkerPool _workers;
    private readonly TextWriter _output;
    private readonly List<(string Name, Func<Task> Run)> _faults;
    private readonly List<Task> _pausedWorkers = [];
    private Task _current = Task.CompletedTask;
    private int _next;

    public FaultScript(CrashOptions options, ICrashServer server, WorkerPool workers, TextWriter output)
    {
        (_options, _server, _workers, _output) = (options, server, workers, output);
        (string Name, Func<Task> Run, int Times)[] faults =
        [
            ("the server is killed, and restarted", KillServerAsync, options.ServerKills),
            ("the server is paused", PauseServerAsync, options.ServerPauses),
            ("a worker is paused past its lease", PauseWorkerAsync, options.WorkerPauses),
            ("the connections of all clients are cut", server.CutClientsAsync, options.ClientCuts),
        ];
        var dice = new Dice((ulong)options.Seed + 2);
        _faults =
        [
            .. faults.SelectMany(fault => Enumerable.Repeat((fault.Name, fault.Run), fault.Times))
                .Select(fault => (Fault: fault, Place: dice.Next(int.MaxValue)))
                .OrderBy(one => one.Place)
                .Select(one => one.Fault),
        ];
    }

    /// <summary>Says how many messages were sent. What is due begins; if what came before it is not over yet, that is awaited first.</summary>
    public async Task ReachAsync(int sent)
    {
        while (_next < _faults.Count && (double)sent / _options.Messages >= (_next + 1.0) / (_faults.Count + 1))
        {
            await _current;
            var (name, run) = _faults[_next++];
            await _output.WriteLineAsync(FormattableString.Invariant($"  after {sent:N0} messages: {name}"));
            _current = run();
        }
    }

    /// <summary>Awaits what is not over yet.</summary>
    public Task EndAsync() => Task.WhenAll([_current, .. _pausedWorkers]);

    private async Task KillServerAsync()
    {
        await _server.KillAsync();
        await _server.RestartAsync();
    }

    private async Task PauseServerAsync()
    {
        _server.Pause();
        await Task.Delay(_options.ServerPause);
        _server.Resume();
    }

    // The others go on meanwhile, whatever happens to them.
    private Task PauseWorkerAsync()
    {
        _pausedWorkers.Add(_workers.PauseOneAsync(_options.Lease * 1.5));
        return Task.CompletedTask;
    }
}
