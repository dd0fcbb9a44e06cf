using Pipeline.Backends;
using Pipeline.Conformance.State.FaultInjection;
using Pipeline.Conformance.State.Generation;
using Pipeline.State;
using Xunit;

namespace Pipeline.Conformance.State;

public abstract partial class IdempotencyConformance
{
    [Fact(Timeout = TimeLimit)]
    public async Task Of_several_who_begin_one_does_the_work()
    {
        var (first, second) = await OpenAsync();
        for (var i = 0; i < _store.Repetitions; i++)
        {
            var starts = new IdempotencyStart[6];
            var request = Request($"key{i}");
            await SideBySide.RunAsync(starts.Length, async number => starts[number] = await (number % 2 == 0 ? first : second).BeginAsync(request));

            var winner = Assert.Single(starts, start => start.Status == IdempotencyStatus.Started);
            Assert.All(starts.Where(start => start != winner), start => Assert.Equal(IdempotencyStatus.InProgress, start.Status));
            Assert.True(await second.CompleteAsync(winner.Lease!, default));
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_late_completion_that_races_a_new_beginning_leaves_one_answer()
    {
        var (first, second) = await OpenAsync();
        for (var i = 0; i < _store.Repetitions; i++)
        {
            var request = Request($"key{i}") with { Lease = Tick / 2 };
            var lost = await BeginAsync(first, request);
            await _store.AdvanceAsync(Tick);
            var isCompleted = false;
            IdempotencyStart? start = null;
            await SideBySide.RunAsync(2, async number =>
            {
                if (number == 0)
                {
                    isCompleted = await first.CompleteAsync(lost, Bytes("late"));
                }
                else
                {
                    start = await second.BeginAsync(request);
                }
            });

            Assert.Equal(isCompleted ? IdempotencyStatus.Completed : IdempotencyStatus.Started, start!.Status);
        }
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_call_whose_answer_was_lost_is_found_to_have_taken_place()
    {
        var (store, faults) = (await _store.OpenAsync(), new StateStoreFaults());
        var keys = _open(new FaultInjectingStateStore(store, faults), _store.ClientTime);
        var sound = _open(store, _store.ClientTime);

        faults.FailAfter(StateStoreCall.CompareAndSet);
        var lease = await BeginAsync(keys, Request());
        await AssertStatusAsync(IdempotencyStatus.InProgress, sound, Request());
        faults.FailAfter(StateStoreCall.CompareAndSet);
        Assert.True(await keys.RenewAsync(lease));
        faults.FailAfter(StateStoreCall.CompareAndSet);
        Assert.True(await keys.CompleteAsync(lease, Bytes("answer")));
        await AssertCompletedAsync("answer", sound, Request());

        lease = await BeginAsync(keys, Request("released"));
        faults.FailAfter(StateStoreCall.CompareAndSet);
        Assert.True(await keys.ReleaseAsync(lease));
        await BeginAsync(sound, Request("released", "other"));

        // A write that did not arrive is made again.
        faults.FailBefore(StateStoreCall.CompareAndSet);
        lease = await BeginAsync(keys, Request("other"));
        faults.FailBefore(StateStoreCall.CompareAndSet);
        Assert.True(await keys.CompleteAsync(lease, Bytes("other")));
        await AssertCompletedAsync("other", sound, Request("other"));

        faults.FailBefore(StateStoreCall.Get);
        await Assert.ThrowsAsync<BackendUnavailableException>(async () => await keys.BeginAsync(Request("third")));
        await BeginAsync(keys, Request("third"));
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_call_that_is_cancelled_at_any_of_its_steps_took_place_or_did_not()
    {
        var store = await _store.OpenAsync();
        var sound = _open(store, _store.ClientTime);
        foreach (var step in Enum.GetValues<StateStoreCall>())
        {
            for (var call = 0; call < 4; call++)
            {
                var faults = new StateStoreFaults();
                var keys = _open(new FaultInjectingStateStore(store, faults), _store.ClientTime);
                var request = Request($"{step}{call}");
                var lease = call == 0 ? null : await BeginAsync(sound, request);
                var gate = faults.Hold(step);
                using var cancellation = new CancellationTokenSource();
                var (token, which) = (cancellation.Token, call);
                var calling = Task.Run(async () => _ = which switch
                {
                    0 => (await keys.BeginAsync(request, token)).Status == IdempotencyStatus.Started,
                    1 => await keys.RenewAsync(lease!, token),
                    2 => await keys.CompleteAsync(lease!, Bytes("answer"), null, token),
                    _ => await keys.ReleaseAsync(lease!, token),
                });
                if (await Task.WhenAny(gate.Reached, calling) == calling)
                {
                    await calling;
                    continue;
                }

                await cancellation.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calling);

                // Held before it took effect, so it never did.
                await AssertStatusAsync(call == 0 ? IdempotencyStatus.Started : IdempotencyStatus.InProgress, sound, request);
            }
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
            await IdempotencySequence.RunAsync(_store, clock, settings.FirstSeed + (ulong)i, settings.OperationsPerSequence, first, second);
        }
    }
}
