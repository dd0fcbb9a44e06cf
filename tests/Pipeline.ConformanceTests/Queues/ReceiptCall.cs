namespace Pipeline.Conformance.Queues;

/// <summary>The calls that take receipts.</summary>
public enum ReceiptCall
{
    /// <summary>Completes.</summary>
    Complete = 0,

    /// <summary>Renews the lease.</summary>
    Renew = 1,

    /// <summary>Abandons as failed.</summary>
    Fail = 2,

    /// <summary>Abandons as deferred.</summary>
    Defer = 3,

    /// <summary>Abandons as returned.</summary>
    Return = 4,

    /// <summary>Moves to the dead letters.</summary>
    DeadLetter = 5,
}
