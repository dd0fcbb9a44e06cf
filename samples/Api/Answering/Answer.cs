namespace Api.Answering;

/// <summary>What a model said, and how many tokens that took.</summary>
internal sealed record Answer(string Text, long InputTokens, long OutputTokens);
