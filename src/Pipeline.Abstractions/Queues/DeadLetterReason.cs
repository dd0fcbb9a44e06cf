namespace Pipeline.Queues;

/// <summary>Why a message is in the dead letters.</summary>
public enum DeadLetterReason
{
    /// <summary>Its failures and crashes reached its maximum.</summary>
    Exhausted = 0,

    /// <summary>Its consumer said that no retry can help.</summary>
    Unprocessable = 1,

    /// <summary>Its body, type, version or encoding could not be read.</summary>
    Unreadable = 2,
}
