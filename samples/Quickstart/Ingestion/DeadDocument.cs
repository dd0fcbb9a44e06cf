namespace Quickstart.Ingestion;

/// <summary>A document in the dead letters.</summary>
/// <param name="MessageId">The id to redrive it by.</param>
/// <param name="Path">The file.</param>
/// <param name="Reason">Why it is there.</param>
/// <param name="Step">The step that failed.</param>
/// <param name="Attempts">How often it was tried.</param>
internal sealed record DeadDocument(Guid MessageId, string Path, string Reason, string Step, int Attempts);
