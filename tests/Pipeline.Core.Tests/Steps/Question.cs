namespace Pipeline.Steps;

/// <summary>An input of a cached step.</summary>
internal sealed record Question(string Text, string? Model = null);
