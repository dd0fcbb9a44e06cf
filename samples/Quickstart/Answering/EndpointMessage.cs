namespace Quickstart.Answering;

/// <summary>A message of OpenAI's chat protocol.</summary>
internal sealed record EndpointMessage(string Role, string? Content);
