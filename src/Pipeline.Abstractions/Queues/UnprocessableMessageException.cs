namespace Pipeline.Queues;

/// <summary>
/// Thrown by a handler or a chain's step to say that no retry can help: the message goes to the dead letters at once.
/// </summary>
public sealed class UnprocessableMessageException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">Why the message cannot be processed. It is stored with the dead letter, so it must hold no secret.</param>
    /// <param name="innerException">The cause, or <see langword="null"/>.</param>
    public UnprocessableMessageException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
