using Pipeline.Conformance.State.Generation;
using Xunit;

namespace Pipeline.Conformance.State;

public abstract partial class StateStoreConformance
{
    [Fact(Timeout = TimeLimit * 10)]
    public async Task Any_sequence_of_operations_does_what_the_model_does()
    {
        var settings = _store.Generation;
        for (var i = 0; i < settings.Sequences; i++)
        {
            await StateSequence.RunAsync(_store, settings.FirstSeed + (ulong)i, settings.OperationsPerSequence);
        }
    }
}
