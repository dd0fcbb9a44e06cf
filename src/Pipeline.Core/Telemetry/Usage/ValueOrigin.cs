namespace Pipeline.Telemetry;

/// <summary>What it took to make a value. A cache keeps it with the value, and so knows what each answer saves.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
internal sealed record ValueOrigin
{
    /// <summary>The tokens of the run that made the value, in all its attempts.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>The model that answered, or <see langword="null"/>.</summary>
    public string? Model { get; init; }

    /// <summary>What the run cost, zero or more; <see langword="null"/> where that is not known.</summary>
    public decimal? Cost { get; init; }

    /// <summary>The version of the price table behind <see cref="Cost"/>, or <see langword="null"/>.</summary>
    public string? PriceTableVersion { get; init; }
}
