namespace Pipeline.Idempotency;

/// <summary>Gives a key back: the answer says that the request is to be tried again, and is sent but not kept.</summary>
internal sealed class AnswerNotKeptException : Exception;
