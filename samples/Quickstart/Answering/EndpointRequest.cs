namespace Quickstart.Answering;

/// <summary>A request of OpenAI's chat protocol.</summary>
internal sealed record EndpointRequest(string Model, IReadOnlyList<EndpointMessage> Messages);
