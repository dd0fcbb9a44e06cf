using Pipeline.Conformance;
using Pipeline.Conformance.Vectors;
using Pipeline.Conformance.Vectors.FaultInjection;

namespace Pipeline.Vectors;

/// <summary>The in-memory index behind the decorator that injects faults, here without any.</summary>
internal sealed class FaultInjectingVectorIndexTestStore : VectorIndexTestStore
{
    private readonly InMemoryVectorIndex _index = new(new ManualTimeProvider());

    public override bool IsExact => true;

    public override ValueTask<IVectorIndex> OpenAsync() =>
        ValueTask.FromResult<IVectorIndex>(new FaultInjectingVectorIndex(_index, new VectorFaults()));

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
