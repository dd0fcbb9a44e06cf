using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Conformance.Queues.FaultInjection;
using Xunit;

namespace Pipeline.Queues;

public sealed class FaultInjectionTests : IDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private readonly QueueFaults _faults = new();
    private readonly InMemoryQueueProvider _inner;
    private readonly FaultInjectingQueueProvider _provider;
    private readonly IQueue _queue;

    public FaultInjectionTests()
    {
        _inner = new InMemoryQueueProvider(new QueueCatalog(new QueueDefinition("q", new QueueOptions())), new ManualTimeProvider());
        _provider = new FaultInjectingQueueProvider(_inner, _faults);
        _queue = _provider.GetQueue("q");
    }

    [Fact]
    public async Task A_call_that_fails_before_takes_no_effect()
    {
        _faults.FailBefore(QueueCall.Enqueue, times: 2);

        await Enqueuing().Should().ThrowAsync<BackendUnavailableException>();
        await Enqueuing().Should().ThrowAsync<BackendUnavailableException>();
        await Enqueuing().Should().NotThrowAsync();

        (await _queue.GetStatsAsync()).TotalEnqueued.Should().Be(1);
    }

    [Fact]
    public async Task A_call_that_fails_after_takes_effect()
    {
        _faults.FailAfter(QueueCall.Enqueue, exception: new TimeoutException());

        await Enqueuing().Should().ThrowAsync<TimeoutException>();

        (await _queue.GetStatsAsync()).TotalEnqueued.Should().Be(1);
    }

    [Fact]
    public async Task A_call_waits_at_its_gate()
    {
        await Enqueuing()();
        var gate = _faults.Hold(QueueCall.Receive);

        var receive = _queue.ReceiveAsync(1, Lease, TimeSpan.Zero).AsTask();
        await gate.Reached;
        receive.IsCompleted.Should().BeFalse();
        (await _queue.GetStatsAsync()).Ready.Should().Be(1);
        gate.Open();

        (await receive).Should().ContainSingle();
    }

    [Fact]
    public async Task A_call_at_a_gate_can_be_cancelled()
    {
        var gate = _faults.Hold(QueueCall.Receive);
        using var cancellation = new CancellationTokenSource();
        var receive = _queue.ReceiveAsync(1, Lease, TimeSpan.Zero, cancellation.Token).AsTask();
        await gate.Reached;

        await cancellation.CancelAsync();

        await FluentActions.Awaiting(() => receive).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public void Abilities_are_those_of_the_inner_provider()
    {
        ((ICapabilityProvider)_provider).GetCapability<InMemoryQueueProvider>().Should().BeSameAs(_inner);
        ((ICapabilityProvider)_provider).GetCapability<FaultInjectingQueueProvider>().Should().BeSameAs(_provider);
    }

    public void Dispose() => _inner.Dispose();

    private Func<Task> Enqueuing() => async () => await _queue.EnqueueAsync(new QueueMessage("x"u8.ToArray()));
}
