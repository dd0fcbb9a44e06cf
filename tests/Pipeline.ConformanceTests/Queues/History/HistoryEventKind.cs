namespace Pipeline.Conformance.Queues.History;

/// <summary>What a producer or consumer did or saw.</summary>
public enum HistoryEventKind
{
    /// <summary>An enqueue begins. Written before the call, so that a message of a killed producer is no stranger.</summary>
    Enqueuing = 0,

    /// <summary>The enqueue was acknowledged: the message must not be lost from now on.</summary>
    Enqueued = 1,

    /// <summary>A delivery came.</summary>
    Received = 2,

    /// <summary>The completion was accepted.</summary>
    Completed = 3,

    /// <summary>The abandonment as failed was accepted.</summary>
    Failed = 4,

    /// <summary>The abandonment as deferred was accepted.</summary>
    Deferred = 5,

    /// <summary>The abandonment as returned was accepted.</summary>
    Returned = 6,

    /// <summary>The rejection was accepted: the message is a dead letter.</summary>
    Rejected = 7,

    /// <summary>A call with the receipt was refused, because the lease was lost.</summary>
    Refused = 8,

    /// <summary>A call with the receipt ended without an answer: it may have taken effect.</summary>
    Unknown = 9,

    /// <summary>The consumer let the lease run out, or its own clock says that it has.</summary>
    LeaseRanOut = 10,

    /// <summary>The process was killed: what it held ran out, and what it had asked for may have happened.</summary>
    ProcessKilled = 11,

    /// <summary>At the end, the message was found among the dead letters.</summary>
    Dead = 12,

    /// <summary>
    /// A completion begins. Written before the call, by consumers that may be killed. Where a history has any, a delivery without one was
    /// never completed, whatever became of its process.
    /// </summary>
    Completing = 13,

    /// <summary>A receive ended without an answer: it may have leased messages that nobody saw. Has no message.</summary>
    ReceiveUnknown = 14,
}
