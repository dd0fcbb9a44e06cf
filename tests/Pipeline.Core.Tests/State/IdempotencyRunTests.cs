using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Conformance.State.FaultInjection;
using Xunit;

namespace Pipeline.State;

public sealed class IdempotencyRunTests
{
    private const int TimeLimit = 30_000;

    private static readonly IdempotencyRequest Request = new("acme", "key", "fingerprint") { Lease = TimeSpan.FromSeconds(30) };

    private readonly ManualTimeProvider _clock = new();
    private readonly StateStoreFaults _faults = new();
    private readonly StateIdempotencyStore _keys;
    private int _runs;

    public IdempotencyRunTests() => _keys = new StateIdempotencyStore(new FaultInjectingStateStore(new InMemoryStateStore(_clock), _faults), _clock);

    [Fact(Timeout = TimeLimit)]
    public async Task Work_is_done_once_and_its_answer_kept()
    {
        var first = await RunAsync();
        var second = await RunAsync();
        var conflict = await _keys.RunOnceAsync(new IdempotencyRequest("acme", "key", "other"), WorkAsync, _clock);

        (first.Status, second.Status, conflict.Status).Should()
            .Be((IdempotencyRunStatus.Ran, IdempotencyRunStatus.Replayed, IdempotencyRunStatus.Conflict));
        (first.Response.ToArray(), second.Response.ToArray()).Should().BeEquivalentTo((new byte[] { 1 }, new byte[] { 1 }));
        conflict.Response.IsEmpty.Should().BeTrue();
        _runs.Should().Be(1);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Who_comes_while_the_work_runs_is_told_when_to_come_again()
    {
        var working = new TaskCompletionSource();
        var running = _keys.RunOnceAsync(Request, async (_, _) => { await working.Task; return new byte[] { 1 }; }, _clock).AsTask();

        var other = await RunAsync();

        (other.Status, other.RetryAfter).Should().Be((IdempotencyRunStatus.InProgress, Request.Lease));
        _runs.Should().Be(0);
        working.SetResult();
        (await running).Status.Should().Be(IdempotencyRunStatus.Ran);
        (await RunAsync()).Status.Should().Be(IdempotencyRunStatus.Replayed);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task The_lease_is_renewed_as_long_as_the_work_runs()
    {
        var working = new TaskCompletionSource();
        var running = _keys.RunOnceAsync(Request, async (_, _) => { await working.Task; return new byte[] { 1 }; }, _clock).AsTask();
        for (var i = 0; i < 20; i++)
        {
            // The renewal runs on the thread pool; what it wrote is seen by who asks.
            _clock.Advance(TimeSpan.FromSeconds(10));
            await UntilAsync(async () => (await _keys.BeginAsync(Request)).RetryAfter == Request.Lease);
        }

        working.SetResult();
        (await running).Status.Should().Be(IdempotencyRunStatus.Ran);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_renewal_that_comes_due_while_another_is_slow_follows_it_at_once()
    {
        var (working, slow) = (new TaskCompletionSource(), new TaskCompletionSource());
        var keys = new CutOffKeys(_keys) { Arrival = slow.Task };
        var running = keys.RunOnceAsync(Request, async (_, _) => { await working.Task; return new byte[] { 1 }; }, _clock).AsTask();
        _clock.Advance(TimeSpan.FromSeconds(10));
        await UntilAsync(() => Task.FromResult(keys.Renewals == 1));
        _clock.Advance(TimeSpan.FromSeconds(10));

        slow.SetResult();

        await UntilAsync(() => Task.FromResult(keys.Renewals == 2));
        working.SetResult();
        (await running).Status.Should().Be(IdempotencyRunStatus.Ran);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Work_that_throws_gives_the_key_back()
    {
        var act = async () => await _keys.RunOnceAsync(Request, (_, _) => throw new InvalidOperationException("broken"), _clock);

        await act.Should().ThrowAsync<InvalidOperationException>().WithMessage("broken");
        (await RunAsync()).Status.Should().Be(IdempotencyRunStatus.Ran);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task What_the_work_threw_is_told_even_if_the_key_cannot_be_given_back()
    {
        var act = async () => await _keys.RunOnceAsync(
            Request,
            (_, _) =>
            {
                _faults.FailBefore(StateStoreCall.Get);
                throw new InvalidOperationException("broken");
            },
            _clock);

        await act.Should().ThrowAsync<InvalidOperationException>().WithMessage("broken");
        (await RunAsync()).Status.Should().Be(IdempotencyRunStatus.InProgress);
        _clock.Advance(Request.Lease);
        (await RunAsync()).Status.Should().Be(IdempotencyRunStatus.Ran);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_caller_who_gives_up_ends_the_work()
    {
        using var cancellation = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var running = _keys.RunOnceAsync(
            Request,
            async (_, token) =>
            {
                begun.SetResult();
                await Task.Delay(Timeout.Infinite, token);
                return default;
            },
            _clock,
            cancellation.Token).AsTask();
        await begun.Task;

        await cancellation.CancelAsync();

        await ((Func<Task>)(() => running)).Should().ThrowAsync<OperationCanceledException>();
        (await RunAsync()).Status.Should().Be(IdempotencyRunStatus.Ran);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task Work_that_is_done_is_kept_though_its_caller_has_gone()
    {
        using var cancellation = new CancellationTokenSource();

        var run = await _keys.RunOnceAsync(
            Request,
            async (_, _) =>
            {
                await cancellation.CancelAsync();
                return new byte[] { 1 };
            },
            _clock,
            cancellation.Token);

        run.Status.Should().Be(IdempotencyRunStatus.Ran);
        (await RunAsync()).Status.Should().Be(IdempotencyRunStatus.Replayed);
    }

    [Theory(Timeout = TimeLimit)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_was_overtaken_is_told_and_its_answer_does_not_count(bool heedsItsToken)
    {
        var cutOff = new CutOffKeys(_keys);
        var overtaken = new TaskCompletionSource();
        var running = cutOff.RunOnceAsync(
            Request,
            async (_, token) =>
            {
                await overtaken.Task;
                if (heedsItsToken)
                {
                    await Task.Delay(Timeout.Infinite, token);
                }

                return new byte[] { 9 };
            },
            _clock).AsTask();

        // Its renewals do not arrive for longer than its lease.
        cutOff.IsAway = true;
        _clock.Advance(Request.Lease);
        (await RunAsync()).Status.Should().Be(IdempotencyRunStatus.Ran);
        cutOff.IsAway = false;
        overtaken.SetResult();
        _clock.Advance(Request.Lease / 3);

        var run = await running;
        run.Status.Should().Be(IdempotencyRunStatus.LeaseLost);
        run.Response.ToArray().Should().Equal(heedsItsToken ? [] : new byte[] { 9 });
        (await RunAsync()).Response.ToArray().Should().Equal(1);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task An_answer_that_cannot_be_stored_at_once_is_stored_when_the_backend_is_back()
    {
        var running = _keys.RunOnceAsync(
            Request,
            (_, _) =>
            {
                _faults.FailBefore(StateStoreCall.Get, times: 3);
                return new(new byte[] { 1 });
            },
            _clock).AsTask();

        while (!running.IsCompleted)
        {
            // Its pauses are timers of this clock, which come to be at their own time.
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        (await running).Status.Should().Be(IdempotencyRunStatus.Ran);
        (await RunAsync()).Status.Should().Be(IdempotencyRunStatus.Replayed);
    }

    [Fact(Timeout = TimeLimit)]
    public async Task A_backend_that_stays_away_is_told_in_the_end()
    {
        var running = _keys.RunOnceAsync(
            Request,
            (_, _) =>
            {
                _faults.FailBefore(StateStoreCall.Get, times: 1_000);
                return new(new byte[] { 1 });
            },
            _clock).AsTask();

        while (!running.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        await ((Func<Task>)(() => running)).Should().ThrowAsync<BackendUnavailableException>();
    }

    private Task<IdempotencyRun> RunAsync() => _keys.RunOnceAsync(Request, WorkAsync, _clock).AsTask();

    private ValueTask<ReadOnlyMemory<byte>> WorkAsync(IdempotencyLease lease, CancellationToken cancellationToken)
    {
        lease.Token.Should().BePositive();
        return new(new byte[] { (byte)Interlocked.Increment(ref _runs) });
    }

    private static async Task UntilAsync(Func<Task<bool>> isReached)
    {
        while (!await isReached())
        {
            await Task.Yield();
        }
    }

    /// <summary>The keys as a process has them whose renewals do not arrive, or late.</summary>
    private sealed class CutOffKeys(IIdempotencyStore inner) : IIdempotencyStore
    {
        private volatile bool _isAway;
        private int _renewals;

        /// <summary>When a renewal arrives.</summary>
        public Task Arrival { get; init; } = Task.CompletedTask;

        public int Renewals => Volatile.Read(ref _renewals);

        public bool IsAway
        {
            set => _isAway = value;
        }

        public ValueTask<IdempotencyStart> BeginAsync(IdempotencyRequest request, CancellationToken cancellationToken = default) =>
            inner.BeginAsync(request, cancellationToken);

        public async ValueTask<bool> RenewAsync(IdempotencyLease lease, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _renewals);
            await Arrival;
            return _isAway ? throw new BackendUnavailableException("A test", "renew") : await inner.RenewAsync(lease, cancellationToken);
        }

        public ValueTask<bool> CompleteAsync(
            IdempotencyLease lease, ReadOnlyMemory<byte> response, TimeSpan? timeToLive = null, CancellationToken cancellationToken = default) =>
            inner.CompleteAsync(lease, response, timeToLive, cancellationToken);

        public ValueTask<bool> ReleaseAsync(IdempotencyLease lease, CancellationToken cancellationToken = default) =>
            inner.ReleaseAsync(lease, cancellationToken);
    }
}
