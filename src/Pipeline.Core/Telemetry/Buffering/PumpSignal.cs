namespace Pipeline.Telemetry;

/// <summary>What to do on the writing side of a sink once its lock is free again.</summary>
internal enum PumpSignal
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Set the timer.</summary>
    Wait = 1,

    /// <summary>Begin to write.</summary>
    Run = 2,
}
