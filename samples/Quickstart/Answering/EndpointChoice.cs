namespace Quickstart.Answering;

/// <summary>One of the answers of OpenAI's chat protocol.</summary>
internal sealed record EndpointChoice(EndpointMessage? Message);
