namespace Pipeline.Conformance.Queues.FaultInjection;

/// <summary>The calls on a queue and on its dead letters in which a fault can be injected.</summary>
public enum QueueCall
{
    /// <summary>An enqueue.</summary>
    Enqueue = 0,

    /// <summary>A receive.</summary>
    Receive = 1,

    /// <summary>A completion.</summary>
    Complete = 2,

    /// <summary>A renewal.</summary>
    Renew = 3,

    /// <summary>An abandonment.</summary>
    Abandon = 4,

    /// <summary>A rejection.</summary>
    DeadLetter = 5,

    /// <summary>A question for the stats.</summary>
    GetStats = 6,

    /// <summary>Browsing or counting dead letters.</summary>
    ReadDeadLetters = 7,

    /// <summary>A redrive.</summary>
    Redrive = 8,

    /// <summary>A discard.</summary>
    Discard = 9,
}
