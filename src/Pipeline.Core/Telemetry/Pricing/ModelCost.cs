namespace Pipeline.Telemetry;

/// <summary>A part of what a call cost.</summary>
/// <param name="Model">The model, by its name in the price table; <see langword="null"/> where none took part, or the step said itself what it cost.</param>
/// <param name="Cost">The amount.</param>
internal readonly record struct ModelCost(string? Model, decimal Cost);
