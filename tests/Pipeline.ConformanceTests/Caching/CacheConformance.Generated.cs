using Pipeline.Conformance.Caching.Generation;
using Xunit;

namespace Pipeline.Conformance.Caching;

public abstract partial class CacheConformance
{
    [Fact(Timeout = TimeLimit * 10)]
    public async Task Any_sequence_of_operations_does_what_the_model_does()
    {
        var settings = _store.Generation;
        var done = 0;
        for (var i = 0; i < settings.Sequences; i++)
        {
            done += await CacheSequenceRunner.RunAsync(_store, settings.FirstSeed + (ulong)i, settings.OperationsPerSequence);
        }

        var planned = settings.Sequences * settings.OperationsPerSequence;
        Assert.True(
            done >= planned / 2, $"Only {done} of {planned} operations came before the server's time ran away. Give the store a longer Tick.");
    }
}
