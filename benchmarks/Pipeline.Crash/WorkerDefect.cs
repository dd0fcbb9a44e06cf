namespace Pipeline.Crash;

/// <summary>A worker that is wrong on purpose: what the judge must find.</summary>
internal enum WorkerDefect
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>Takes a completion that was refused for one that was accepted, and does not mind that a lease was lost.</summary>
    IgnoresRefusals,

    /// <summary>Takes some messages off the queue without having done them.</summary>
    SkipsMessages,
}
