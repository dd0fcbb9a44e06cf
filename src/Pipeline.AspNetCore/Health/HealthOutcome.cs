using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Pipeline.Health;

/// <summary>What a check said.</summary>
/// <param name="Status">The verdict.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Description">What it says of itself, which may name hosts; or <see langword="null"/>.</param>
/// <param name="Exception">What it threw or handed on, or <see langword="null"/>.</param>
internal sealed record HealthOutcome(HealthStatus Status, TimeSpan Duration, string? Description, Exception? Exception);
