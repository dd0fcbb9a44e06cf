using System.Collections.Concurrent;
using Pipeline.Conformance.State.Generation;
using Pipeline.Conformance.State.Linearizability;
using Pipeline.State;
using Xunit;

namespace Pipeline.Conformance.State;

public abstract partial class TaskTrackerConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task Of_several_workers_one_gets_the_task()
    {
        var (first, second) = await OpenAsync();
        for (var i = 0; i < _store.Repetitions; i++)
        {
            var id = $"task{i}";
            await CreateAsync(first, id);
            var starts = new TrackedTaskStart[6];
            await SideBySide.RunAsync(starts.Length, async number =>
                starts[number] = await (number % 2 == 0 ? first : second).StartAsync(Tenant, id, Long));

            var winner = Assert.Single(starts, start => start.IsStarted);
            Assert.All(starts.Where(start => !start.IsStarted), start => Assert.Equal((TrackedTaskOutcome.Held, 1), (start.Outcome, start.Task!.Attempts)));
            AssertApplied(await second.CompleteAsync(winner.Lease!, default));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Of_several_who_create_a_task_one_did()
    {
        var (first, second) = await OpenAsync();
        for (var i = 0; i < _store.Repetitions; i++)
        {
            var answers = new TrackedTaskCreation[4];
            var id = $"task{i}";
            await SideBySide.RunAsync(answers.Length, async number =>
                answers[number] = await (number % 2 == 0 ? first : second).CreateAsync(Tenant, id, Options));

            Assert.Single(answers, answer => answer.IsNew);
            Assert.All(answers, answer => Assert.Equal(answers[0].Task, answer.Task));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_cancellation_that_races_a_start_and_a_completion_has_one_outcome_on_which_all_agree()
    {
        var (worker, user) = await OpenAsync();
        var outcomes = new HashSet<TrackedTaskState>();
        for (var i = 0; i < _store.Repetitions; i++)
        {
            var id = $"task{i}";
            await CreateAsync(worker, id);
            var lease = i % 2 == 0 ? await StartAsync(worker, id) : null;
            TrackedTaskResult? completion = null;
            TrackedTaskResult cancellation = default;
            await SideBySide.RunAsync(2, async number =>
            {
                if (number == 0)
                {
                    cancellation = await user.CancelAsync(Tenant, id);
                    return;
                }

                var started = lease ?? (await worker.StartAsync(Tenant, id, Long)).Lease;
                completion = started is null ? null : await worker.CompleteAsync(started, Bytes("result"));
            });

            var task = await ReadAsync(user, id);
            outcomes.Add(task.State);
            if (completion is { IsApplied: true })
            {
                Assert.Equal(TrackedTaskState.Completed, task.State);
                Assert.Contains(
                    (cancellation.Outcome, cancellation.Task!.State),
                    new[] { (TrackedTaskOutcome.Applied, TrackedTaskState.Processing), (TrackedTaskOutcome.Ended, TrackedTaskState.Completed) });
                Assert.Equal(cancellation.IsApplied, task.IsCancellationRequested);
            }
            else
            {
                Assert.Equal((TrackedTaskState.Cancelled, TrackedTaskOutcome.Applied, TrackedTaskState.Cancelled), (task.State, cancellation.Outcome, cancellation.Task!.State));
            }
        }

        Assert.Contains(TrackedTaskState.Completed, outcomes);
    }

    [Fact(Timeout = TimeLimit * 4)]
    public async Task Concurrent_calls_on_one_task_are_as_if_one_after_another()
    {
        var (first, second) = await OpenAsync();
        const int Callers = 4;
        const int CallsEach = 10;
        for (var i = 0; i < _store.Repetitions; i++)
        {
            var history = new HistoryRecorder<TaskAnswer>();
            var leases = new ConcurrentQueue<TrackedTaskLease>();
            var (id, round) = ($"task{i}", i);
            var at = await (await _store.OpenAsync()).GetTimeAsync();
            await SideBySide.RunAsync(Callers, async number =>
            {
                var random = new SeededRandom((ulong)((round * Callers) + number));
                for (var call = 0; call < CallsEach; call++)
                {
                    var operation = NextOperation(random, leases);
                    var answer = await history.CallAsync(
                        () => TaskCaller.CallAsync(number % 2 == 0 ? first : second, Tenant, id, operation, at), answer => answer);
                    if (answer.Lease is { } lease)
                    {
                        leases.Enqueue(lease);
                    }
                }
            });

            Assert.True(
                LinearizabilityChecker.IsLinearizable(history.Calls, TaskModel.None, (model, answer) => model.Explain(answer, Tick * 50).After),
                $"No order of the calls explains their answers:\n{string.Join('\n', history.Calls.OrderBy(call => call.Begun))}");
        }
    }

    [Fact(Timeout = TimeLimit * 10)]
    public async Task Any_sequence_of_operations_does_what_the_model_does()
    {
        var settings = _store.Generation;
        var clock = await _store.OpenAsync();
        for (var i = 0; i < settings.Sequences; i++)
        {
            var (first, second) = await OpenAsync();
            await TaskSequence.RunAsync(_store, clock, settings.FirstSeed + (ulong)i, settings.OperationsPerSequence, first, second);
        }
    }

    private TaskOperation NextOperation(SeededRandom random, ConcurrentQueue<TrackedTaskLease> leases)
    {
        var known = leases.ToArray();
        var choice = random.Next(100);
        if (choice < 10)
        {
            return new(TaskOperationKind.Create, Options: Options);
        }

        if (choice < 35 || known.Length == 0)
        {
            return new(TaskOperationKind.Start, Duration: Long);
        }

        if (choice < 42)
        {
            return new(random.Chance(50) ? TaskOperationKind.Cancel : TaskOperationKind.Get);
        }

        // Ends are rare, so that more than one attempt is seen.
        var lease = random.Chance(80) ? known[^1] : random.Pick(known);
        return choice switch
        {
            < 70 => new(TaskOperationKind.Renew, lease, Progress: new TrackedTaskProgress(random.Next(11) / 10.0)),
            < 80 => new(TaskOperationKind.Release, lease),
            < 90 => new(TaskOperationKind.ReleaseFailed, lease),
            < 94 => new(TaskOperationKind.ConfirmCancellation, lease),
            < 97 => new(TaskOperationKind.Fail, lease),
            _ => new(TaskOperationKind.Complete, lease),
        };
    }
}
