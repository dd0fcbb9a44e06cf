namespace Pipeline.Crash;

/// <summary>How a message ends.</summary>
internal enum MessageFate
{
    /// <summary>It is completed.</summary>
    Done,

    /// <summary>Its consumer rejects it: a dead letter.</summary>
    Rejected,

    /// <summary>It fails each time, until it is a dead letter.</summary>
    Exhausted,
}
