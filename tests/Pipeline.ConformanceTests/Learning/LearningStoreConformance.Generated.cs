using Pipeline.Conformance.Learning.Generation;
using Xunit;

namespace Pipeline.Conformance.Learning;

public abstract partial class LearningStoreConformance
{
    [Fact(Timeout = TimeLimit * 10)]
    public async Task Any_sequence_of_operations_does_what_the_model_does()
    {
        var settings = _store.Generation;
        for (var i = 0; i < settings.Sequences; i++)
        {
            await LearningSequence.RunAsync(_store, settings.FirstSeed + (ulong)i, settings.OperationsPerSequence);
        }
    }
}
