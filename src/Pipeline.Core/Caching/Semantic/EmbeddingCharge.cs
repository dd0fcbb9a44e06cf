using Pipeline.Telemetry;

namespace Pipeline.Caching;

/// <summary>What an embedding took.</summary>
/// <param name="Usage">The tokens.</param>
/// <param name="Model">The model.</param>
internal sealed record EmbeddingCharge(TokenUsage Usage, string Model);
