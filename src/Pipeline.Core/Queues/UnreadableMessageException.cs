namespace Pipeline.Queues;

/// <summary>A message's type, version, encoding or body cannot be read here: it becomes a dead letter at once.</summary>
internal sealed class UnreadableMessageException(string message, Exception? innerException = null) : Exception(message, innerException);
