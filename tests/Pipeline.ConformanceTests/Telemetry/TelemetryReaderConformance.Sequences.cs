using Pipeline.Conformance.Telemetry.FaultInjection;
using Pipeline.Conformance.Telemetry.Generation;
using Xunit;

namespace Pipeline.Conformance.Telemetry;

public abstract partial class TelemetryReaderConformance
{
    private protected virtual TelemetryStoreFaults? Faults => null;

    [Fact(Timeout = TimeLimit * 10)]
    public async Task Any_sequence_of_operations_reports_what_the_model_reports()
    {
        for (var i = 0; i < Generation.Sequences; i++)
        {
            await TelemetrySequence.RunAsync(Target, Faults, records => WriteAsync(records), Generation.FirstSeed + (ulong)i, Generation.OperationsPerSequence);
        }
    }
}
