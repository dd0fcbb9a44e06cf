using Pipeline.Conformance;
using Pipeline.Conformance.State;

namespace Pipeline.State;

/// <summary>The in-memory state store under a clock that moves by hand.</summary>
internal sealed class InMemoryStateTestStore : StateTestStore
{
    private readonly ManualTimeProvider _clock = new();
    private readonly InMemoryStateStore _store;

    public InMemoryStateTestStore() => _store = new InMemoryStateStore(_clock);

    public override TimeSpan ClockTolerance => TimeSpan.Zero;

    public override string? CannotSetClock => null;

    public override TimeProvider ClientTime => _clock;

    public override GenerationSettings Generation => new() { Sequences = 500 };

    public override int Repetitions => 300;

    public override ValueTask<IStateStore> OpenAsync() => ValueTask.FromResult<IStateStore>(_store);

    public override ValueTask AdvanceAsync(TimeSpan time)
    {
        _clock.Advance(time);
        return ValueTask.CompletedTask;
    }

    public override ValueTask SetServerTimeAsync(DateTimeOffset utcNow)
    {
        _clock.SetUtcNow(utcNow);
        return ValueTask.CompletedTask;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
