namespace Pipeline.Telemetry;

/// <summary>What models cost. A suite without any prices knows no costs, and misses none.</summary>
/// <remarks>Bound from <c>Telemetry:Prices</c> of the suite's configuration section. Read once, at the start.</remarks>
public sealed class PriceTableOptions
{
    /// <summary>
    /// Names this state of the prices, for instance the day they were looked up, 1 to 512 bytes of UTF-8: every cost is recorded with it. Give a new
    /// one with each change of a price. Needed with <see cref="Models"/>. Default: empty.
    /// </summary>
    public string Version { get; set; } = "";

    /// <summary>The currency of the prices, an ISO 4217 code. It is told with metrics; costs are not converted. Default: <c>USD</c>.</summary>
    public string Currency { get; set; } = "USD";

    /// <summary>
    /// The prices by the name of the model, without regard to case. A name also stands for its dated variants: see <see cref="PriceTable"/>.
    /// Default: empty.
    /// </summary>
    public IDictionary<string, ModelPrices> Models { get; set; } = new Dictionary<string, ModelPrices>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether nothing is priced, and nothing was meant to be.</summary>
    internal bool IsEmpty => string.IsNullOrEmpty(Version) && Models is { Count: 0 };
}
