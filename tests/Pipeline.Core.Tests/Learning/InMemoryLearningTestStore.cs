using Pipeline.Conformance;
using Pipeline.Conformance.Learning;

namespace Pipeline.Learning;

/// <summary>The in-memory store under a clock that moves by hand.</summary>
internal sealed class InMemoryLearningTestStore : LearningTestStore
{
    private readonly ManualTimeProvider _clock = new();
    private readonly InMemoryLearningStore _store;

    public InMemoryLearningTestStore() => _store = new InMemoryLearningStore(_clock);

    public override TimeSpan ClockTolerance => TimeSpan.Zero;

    public override string? CannotBeUnreachable => "It is in the process.";

    public override GenerationSettings Generation => new() { Sequences = 600 };

    public override int Repetitions => 1_000;

    /// <summary>One process has one store.</summary>
    public override ValueTask<ILearningStore> OpenAsync() => ValueTask.FromResult<ILearningStore>(_store);

    public override ValueTask AdvanceAsync(TimeSpan time)
    {
        _clock.Advance(time);
        return ValueTask.CompletedTask;
    }

    public override ValueTask<DateTimeOffset> GetServerTimeAsync() => ValueTask.FromResult(_clock.GetUtcNow());

    public override ValueTask DisposeAsync() => _store.DisposeAsync();
}
