using Pipeline.Conformance;
using Pipeline.Conformance.State;
using Pipeline.Conformance.State.FaultInjection;

namespace Pipeline.State;

/// <summary>The in-memory state store behind a decorator that injects no fault.</summary>
internal sealed class FaultInjectingStateTestStore : StateTestStore
{
    private readonly InMemoryStateTestStore _inner = new();

    public override TimeSpan ClockTolerance => _inner.ClockTolerance;

    public override string? CannotSetClock => _inner.CannotSetClock;

    public override TimeProvider ClientTime => _inner.ClientTime;

    public override GenerationSettings Generation => new() { Sequences = 100, FirstSeed = 100_000 };

    public override async ValueTask<IStateStore> OpenAsync() => new FaultInjectingStateStore(await _inner.OpenAsync(), new StateStoreFaults());

    public override ValueTask AdvanceAsync(TimeSpan time) => _inner.AdvanceAsync(time);

    public override ValueTask SetServerTimeAsync(DateTimeOffset utcNow) => _inner.SetServerTimeAsync(utcNow);

    public override ValueTask DisposeAsync() => _inner.DisposeAsync();
}
