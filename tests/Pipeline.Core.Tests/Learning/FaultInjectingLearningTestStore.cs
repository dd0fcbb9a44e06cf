using Pipeline.Conformance;
using Pipeline.Conformance.Learning;
using Pipeline.Conformance.Learning.FaultInjection;

namespace Pipeline.Learning;

/// <summary>The in-memory store behind a decorator that injects no fault, and behind one for which it cannot be reached.</summary>
internal sealed class FaultInjectingLearningTestStore : LearningTestStore
{
    private readonly InMemoryLearningTestStore _inner = new();

    public override TimeSpan ClockTolerance => _inner.ClockTolerance;

    public override GenerationSettings Generation => new() { Sequences = 50, FirstSeed = 100_000 };

    public override async ValueTask<ILearningStore> OpenAsync() => new FaultInjectingLearningStore(await _inner.OpenAsync(), new LearningFaults());

    public override async ValueTask<ILearningStore> OpenUnreachableAsync()
    {
        var faults = new LearningFaults();
        foreach (var call in Enum.GetValues<LearningCall>())
        {
            faults.FailBefore(call, times: 100);
        }

        return new FaultInjectingLearningStore(await _inner.OpenAsync(), faults);
    }

    public override ValueTask AdvanceAsync(TimeSpan time) => _inner.AdvanceAsync(time);

    public override ValueTask<DateTimeOffset> GetServerTimeAsync() => _inner.GetServerTimeAsync();

    public override ValueTask DisposeAsync() => _inner.DisposeAsync();
}
