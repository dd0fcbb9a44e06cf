namespace Quickstart.Answering;

/// <summary>The tokens that an answer of OpenAI's chat protocol took.</summary>
internal sealed record EndpointUsage(long? PromptTokens, long? CompletionTokens, long? TotalTokens, EndpointInputDetails? PromptTokensDetails);
