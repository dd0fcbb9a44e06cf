using System.Globalization;
using System.Text;
using Pipeline.State;
using Xunit.Sdk;

namespace Pipeline.Conformance.State.Generation;

/// <summary>
/// Runs one generated sequence of operations on the tasks of two tenants, through the trackers of two processes, and compares each answer with a model.
/// </summary>
internal sealed class TaskSequence
{
    private readonly StateTestStore _store;
    private readonly IStateStore _clock;
    private readonly SeededRandom _random;
    private readonly ulong _seed;
    private readonly IReadOnlyList<ITaskTracker> _processes;
    private readonly Dictionary<(string Tenant, string Id), TaskModel> _models = [];
    private readonly List<TrackedTaskLease> _leases = [];
    private readonly StringBuilder _log = new();
    private int _operation;

    private TaskSequence(StateTestStore store, IStateStore clock, ulong seed, IReadOnlyList<ITaskTracker> processes)
    {
        (_store, _clock, _seed, _processes) = (store, clock, seed, processes);
        _random = new SeededRandom(seed);
        var run = Guid.NewGuid().ToString("N");
        foreach (var tenant in new[] { $"acme-{run}", $"umbrella-{run}" })
        {
            _models.Add((tenant, "1"), TaskModel.None);
            _models.Add((tenant, "1/1"), TaskModel.None);
        }
    }

    private ITaskTracker AnyProcess => _random.Pick(_processes);

    public static Task RunAsync(StateTestStore store, IStateStore clock, ulong seed, int operations, params IReadOnlyList<ITaskTracker> processes) =>
        new TaskSequence(store, clock, seed, processes).RunAsync(operations);

    private async Task RunAsync(int operations)
    {
        try
        {
            for (_operation = 1; _operation <= operations; _operation++)
            {
                var now = await SettleAsync();
                await (_random.Next(100) switch
                {
                    < 14 => AdvanceAsync(),
                    < 24 => ReapAsync(now),
                    _ => CallAsync(now),
                });
            }
        }
        catch (Exception failure)
        {
            var problem = failure is XunitException ? failure.Message : $"{failure.GetType().Name}: {failure.Message}";
            throw new XunitException($"Seed {_seed}, operation {_operation}: {problem}\n{_log}", failure);
        }
    }

    /// <summary>Passes what is about to happen, since a clock that moves by itself would make it uncertain.</summary>
    private async Task<DateTimeOffset> SettleAsync()
    {
        while (true)
        {
            var now = await _clock.GetTimeAsync();
            var tolerance = _store.ClockTolerance;
            if (tolerance == TimeSpan.Zero || !_models.Values.SelectMany(model => model.Pass(now - tolerance).Moments).Any(due => (due - now).Duration() <= tolerance))
            {
                return now;
            }

            await _store.AdvanceAsync(tolerance * 2);
        }
    }

    private async Task CallAsync(DateTimeOffset now)
    {
        var key = _random.Pick([.. _models.Keys]);
        var operation = NextOperation(key);
        key = operation.Lease is { } shown ? (shown.Tenant, shown.TaskId) : key;
        var answer = await TaskCaller.CallAsync(AnyProcess, key.Tenant, key.Id, operation, now);
        Log($"{key.Tenant[..1]} {key.Id}: {answer}");
        var (after, problem) = _models[key].Explain(answer, _store.ClockTolerance);
        Ensure.That(problem is null, problem!);
        _models[key] = after!;
        if (answer.Lease is { } lease)
        {
            _leases.Add(lease);
        }
    }

    private TaskOperation NextOperation((string Tenant, string Id) key)
    {
        var kind = (TaskOperationKind)_random.Next((int)TaskOperationKind.ConfirmCancellation + 1);
        var tick = _store.Tick;
        switch (kind)
        {
            case TaskOperationKind.Create:
                return new(kind, Options: new TrackedTaskOptions
                {
                    Timeout = tick * _random.Between(2, 20),
                    AttemptTimeout = _random.Chance(40) ? tick * _random.Between(1, 6) : null,
                    MaxAttempts = _random.Between(1, 3),
                    Retention = tick * _random.Between(1, 10),
                });
            case TaskOperationKind.Start:
                return new(kind, Duration: tick * _random.Between(1, 5));
            case TaskOperationKind.Get or TaskOperationKind.Cancel:
                return new(kind);
        }

        if (_leases.Count == 0)
        {
            return new(TaskOperationKind.Start, Duration: tick * 2);
        }

        // The latest is most often the one that holds. Some show what is another tenant's or task's.
        var lease = _random.Chance(70) ? _leases[^1] : _random.Pick(_leases);
        lease = _random.Chance(90) ? lease : lease with { Tenant = key.Tenant, TaskId = key.Id };
        return kind == TaskOperationKind.Renew && _random.Chance(70)
            ? new(kind, lease, Progress: new TrackedTaskProgress(_random.Next(11) / 10.0, _random.Chance(50) ? $"message {_operation}" : null))
            : new(kind, lease);
    }

    private async Task ReapAsync(DateTimeOffset now)
    {
        // Markers are in milliseconds, rounded up, so that what came due within the last one may be left for the next call.
        var settled = now - TimeSpan.FromMilliseconds(1);
        var surely = _models.Where(model => !model.Value.Pass(settled).IsWritten).Select(model => model.Key).ToHashSet();
        var possibly = _models.Where(model => !model.Value.Pass(now).IsWritten).Select(model => model.Key).ToHashSet();

        var reaping = await AnyProcess.ReapAsync();

        Log($"reap: {string.Join(", ", reaping.Changed.Select(task => $"{task.Tenant[..1]} {task.Id} {task.State}"))}");
        Ensure.That(!reaping.HasMore, "There is more than the limit.");
        var own = reaping.Changed.Where(task => _models.ContainsKey((task.Tenant, task.Id))).ToList();
        foreach (var task in own)
        {
            var key = (task.Tenant, task.Id);
            var model = _models[key].Pass(now);
            Ensure.That(possibly.Remove(key), $"{task.Id} was changed, though nothing was due.");
            Ensure.That(model.FindProblem(task, _store.ClockTolerance) is null, $"{task.Id}: {model.FindProblem(task, _store.ClockTolerance)}");
            surely.Remove(key);
            _models[key] = model with
            {
                IsWritten = true,
                GoneAt = (model.IsEnded ? now : model.CreatedAt + model.Options!.Timeout) + model.Options!.Retention,
            };
        }

        Ensure.That(surely.Count == 0, $"{string.Join(", ", surely.Select(key => key.Id))} was due and not changed.");
    }

    private async Task AdvanceAsync()
    {
        // Whole milliseconds, as markers have them.
        var time = TimeSpan.FromMilliseconds(1 + (long)(_random.NextUInt64() % (ulong)(_store.Tick.TotalMilliseconds * 4)));
        Log($"advance {time}");
        await _store.AdvanceAsync(time);
    }

    private void Log(string operation) => _log.AppendLine(CultureInfo.InvariantCulture, $"{_operation,3}  {operation}");
}
