using Pipeline.Steps;
using Quickstart.Documents;
using Quickstart.Ingestion;

namespace Quickstart.Steps;

/// <summary>Lets the first attempt at one of the specimens fail as a network drive would, so that a retry can be seen in every run.</summary>
internal sealed class SimulatedFault : IChainHook<Document>
{
    public ValueTask BeforeStepAsync(Document item, ChainContext context, CancellationToken cancellationToken) =>
        context.Attempt == 1 && context.StepName is "read" && Specimens.IsFlaky(item)
            ? throw new IOException("Simulated: the file could not be read this time.")
            : default;
}
