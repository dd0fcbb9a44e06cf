namespace Pipeline.Conformance.State.Generation;

/// <summary>The calls on a task.</summary>
public enum TaskOperationKind
{
    /// <summary>Creates it.</summary>
    Create = 0,

    /// <summary>Reads it.</summary>
    Get = 1,

    /// <summary>Starts an attempt.</summary>
    Start = 2,

    /// <summary>Renews an attempt.</summary>
    Renew = 3,

    /// <summary>Ends it with a result.</summary>
    Complete = 4,

    /// <summary>Ends it as failed.</summary>
    Fail = 5,

    /// <summary>Gives an attempt back, the task not being at fault.</summary>
    Release = 6,

    /// <summary>Gives an attempt back that has failed.</summary>
    ReleaseFailed = 7,

    /// <summary>Asks to cancel it.</summary>
    Cancel = 8,

    /// <summary>Ends it as cancelled.</summary>
    ConfirmCancellation = 9,
}
