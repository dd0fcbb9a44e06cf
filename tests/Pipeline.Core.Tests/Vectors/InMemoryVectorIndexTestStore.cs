using Pipeline.Conformance;
using Pipeline.Conformance.Vectors;

namespace Pipeline.Vectors;

/// <summary>The in-memory index. One process has one.</summary>
internal sealed class InMemoryVectorIndexTestStore : VectorIndexTestStore
{
    private readonly InMemoryVectorIndex _index = new(new ManualTimeProvider());

    public override GenerationSettings Generation => new() { Sequences = 300, OperationsPerSequence = 100 };

    public override int Repetitions => 1_000;

    public override bool IsExact => true;

    public override ValueTask<IVectorIndex> OpenAsync() => ValueTask.FromResult<IVectorIndex>(_index);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
