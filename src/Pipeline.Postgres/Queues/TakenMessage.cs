using System.Runtime.ExceptionServices;

namespace Pipeline.Queues;

/// <summary>What one of several receives that were sent together got.</summary>
/// <param name="Message">The message; <see langword="null"/> if nothing was ready.</param>
/// <param name="Failure">Why there was no answer, if there was none.</param>
internal readonly record struct TakenMessage(ReceivedMessage? Message, ExceptionDispatchInfo? Failure = null);
