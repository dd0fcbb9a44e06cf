namespace Api.Answering;

/// <summary>What the caller gets.</summary>
internal sealed record Reply(string Answer, string Model, bool Cached, long Tokens, decimal? Cost);
