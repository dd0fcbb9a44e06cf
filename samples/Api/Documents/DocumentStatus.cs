using Pipeline.State;

namespace Api.Documents;

/// <summary>Where a document is.</summary>
internal sealed record DocumentStatus(Guid Id, TrackedTaskState State, int Attempts = 0, DocumentIndex? Index = null, string? Error = null);
