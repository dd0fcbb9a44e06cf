using Pipeline.Authentication;

namespace Pipeline.Admin;

/// <summary>What became of a key of a document; of a conflict, what is in the way and what to do.</summary>
internal sealed record RestoredKeyView(string Name, ApiKeyRestore Outcome, string? Reason);
