namespace Pipeline.Steps;

/// <summary>An answer of a cached step: one that is read anew for each hit, as every type is that does not say that it cannot change.</summary>
internal sealed record Reply(string Text);
