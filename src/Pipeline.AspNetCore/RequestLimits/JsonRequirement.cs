namespace Pipeline.RequestLimits;

/// <summary>The limits of an endpoint's JSON; none where they are <see langword="null"/>. Metadata of endpoints.</summary>
internal sealed record JsonRequirement(JsonLimits? Limits);
