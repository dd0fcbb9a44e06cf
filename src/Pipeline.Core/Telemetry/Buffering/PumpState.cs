namespace Pipeline.Telemetry;

/// <summary>What the writing side of a sink does.</summary>
internal enum PumpState
{
    /// <summary>Nothing waits to be written.</summary>
    Idle = 0,

    /// <summary>It waits for more records, until a timer runs out.</summary>
    Waiting = 1,

    /// <summary>It writes.</summary>
    Running = 2,
}
