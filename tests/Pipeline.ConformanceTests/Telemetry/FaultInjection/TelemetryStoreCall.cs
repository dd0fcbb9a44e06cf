namespace Pipeline.Conformance.Telemetry.FaultInjection;

/// <summary>The calls on a telemetry store in which a fault can be injected.</summary>
public enum TelemetryStoreCall
{
    /// <summary>A write of a batch.</summary>
    Write = 0,
}
