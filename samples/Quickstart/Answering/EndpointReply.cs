namespace Quickstart.Answering;

/// <summary>A reply of OpenAI's chat protocol, as far as it is read.</summary>
internal sealed record EndpointReply(string? Model, IReadOnlyList<EndpointChoice>? Choices, EndpointUsage? Usage);
