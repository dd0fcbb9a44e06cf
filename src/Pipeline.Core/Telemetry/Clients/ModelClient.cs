namespace Pipeline.Telemetry;

/// <summary>What a client says of itself.</summary>
/// <param name="Operation">The operation, as the conventions name it.</param>
/// <param name="Provider">The provider, or <see langword="null"/>.</param>
/// <param name="Address">Where the provider is reached, or <see langword="null"/>.</param>
/// <param name="DefaultModel">The model that it asks where a call names none, or <see langword="null"/>.</param>
internal sealed record ModelClient(string Operation, string? Provider, Uri? Address, string? DefaultModel);
