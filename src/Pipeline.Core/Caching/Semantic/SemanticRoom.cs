namespace Pipeline.Caching;

/// <summary>Where an answer can be kept.</summary>
/// <param name="Place">The request's place.</param>
/// <param name="Tags">The generations of its tags from before the answer was made.</param>
internal sealed record SemanticRoom(SemanticPlace Place, TagGenerations Tags);
