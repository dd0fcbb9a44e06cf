namespace Quickstart.Answering;

/// <summary>Of the tokens that were read, those that came from the provider's cache.</summary>
internal sealed record EndpointInputDetails(long? CachedTokens);
