using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Conformance.State.FaultInjection;
using Xunit;

namespace Pipeline.State;

/// <summary>Loops that compare and set are bounded, and follow the store's clock.</summary>
public sealed class StateUpdaterTests
{
    private static readonly StateKey Key = new("space", "key");

    private readonly ManualTimeProvider _clock = new();
    private readonly InMemoryStateStore _store;

    public StateUpdaterTests() => _store = new InMemoryStateStore(_clock);

    [Fact(Timeout = 30_000)]
    public async Task Who_loses_every_race_gives_up_after_a_bounded_number_and_pauses_in_between()
    {
        var updater = new StateUpdater(_store, _clock);
        var asked = 0;
        var changing = updater.ChangeAsync(
            Key,
            "test",
            (_, _) =>
            {
                // Somebody comes between each time.
                asked++;
                OverwriteAsync().GetAwaiter().GetResult();
                return new StateChangePlan<int>(1, [1], TimeSpan.FromMinutes(1));
            },
            CancellationToken.None).AsTask();
        changing.IsCompleted.Should().BeFalse("after some tries at once it pauses");
        asked.Should().BeInRange(2, 10);

        while (!changing.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }

        var error = (await ((Func<Task>)(() => changing)).Should().ThrowAsync<StateContentionException>()).Which;
        (error.Operation, error.Attempts, asked).Should().Be(("test", StateUpdater.MaxAttempts, StateUpdater.MaxAttempts));
        (await _store.GetAsync(Key))!.Value.Value.Length.Should().Be(0, "it did nothing");
    }

    [Fact]
    public async Task A_start_whose_answer_was_lost_is_known_again_though_somebody_has_changed_the_task_since()
    {
        var store = new CountingStateStore(_store);
        var tracker = new StateTaskTracker(store, _clock);
        var other = new StateTaskTracker(_store, _clock);
        await tracker.CreateAsync("acme", "1");
        store.AfterWrite = async key =>
        {
            if (key.Space == StateTaskTracker.DefaultSpace)
            {
                store.AfterWrite = null;
                (await other.CancelAsync("acme", "1")).IsApplied.Should().BeTrue();
                throw new BackendUnavailableException("A test", "write");
            }
        };

        var start = await tracker.StartAsync("acme", "1", TimeSpan.FromSeconds(30));

        (start.IsStarted, start.Task!.IsCancellationRequested, start.Task.Attempts).Should().Be((true, true, 1));
        (await tracker.ConfirmCancellationAsync(start.Lease!)).IsApplied.Should().BeTrue();
    }

    [Fact(Timeout = 30_000)]
    public async Task A_pause_can_be_cancelled()
    {
        var updater = new StateUpdater(_store, _clock);
        using var cancellation = new CancellationTokenSource();
        var changing = updater.ChangeAsync(
            Key,
            "test",
            (_, _) =>
            {
                OverwriteAsync().GetAwaiter().GetResult();
                return new StateChangePlan<int>(1, [1], TimeSpan.FromMinutes(1));
            },
            cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await ((Func<Task>)(() => changing)).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task The_store_s_clock_is_followed_and_asked_only_now_and_then()
    {
        var faults = new StateStoreFaults();
        var processClock = new ManualTimeProvider(new DateTimeOffset(1999, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var clock = new StateClock(new FaultInjectingStateStore(_store, faults), processClock);
        var start = await _store.GetTimeAsync();

        (await clock.ReadAsync(CancellationToken.None)).Should().Be(start);

        // Between two readings of the store's clock its own timestamp is enough, whatever its wall clock says.
        faults.FailBefore(StateStoreCall.GetTime, times: 1);
        processClock.Advance(TimeSpan.FromSeconds(9));
        processClock.SetUtcNow(DateTimeOffset.UnixEpoch);
        (await clock.ReadAsync(CancellationToken.None)).Should().Be(start + TimeSpan.FromSeconds(9));

        processClock.Advance(TimeSpan.FromSeconds(1));
        var act = async () => await clock.ReadAsync(CancellationToken.None);
        await act.Should().ThrowAsync<BackendUnavailableException>();
        (await clock.ReadAsync(CancellationToken.None)).Should().Be(start, "the store says so");
    }

    [Fact]
    public async Task A_reading_that_took_long_is_right_to_half_its_duration()
    {
        var faults = new StateStoreFaults();
        var clock = new StateClock(new FaultInjectingStateStore(_store, faults), _clock);
        var gate = faults.Hold(StateStoreCall.GetTime);
        var start = await _store.GetTimeAsync();
        var reading = clock.ReadAsync(CancellationToken.None).AsTask();
        await gate.Reached;
        _clock.Advance(TimeSpan.FromSeconds(2));
        gate.Open();

        (await reading).Should().Be(start + TimeSpan.FromSeconds(3));
    }

    private async Task OverwriteAsync()
    {
        var current = await _store.GetAsync(Key);
        await _store.CompareAndSetAsync(Key, default, current?.Version ?? StateEntry.NoVersion);
    }
}
