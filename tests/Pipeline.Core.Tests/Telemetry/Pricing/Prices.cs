namespace Pipeline.Telemetry;

/// <summary>Prices for tests.</summary>
internal static class Prices
{
    /// <summary>Version <c>2030-01</c>: <c>big</c> with every price, <c>small</c> with the two that most have, <c>embed</c> with one.</summary>
    public static PriceTable Table { get; } = new(Options());

    public static PriceTableOptions Options()
    {
        var options = new PriceTableOptions();
        Set(options);
        return options;
    }

    public static void Set(PriceTableOptions options)
    {
        options.Version = "2030-01";
        options.Models["big"] = new ModelPrices { Input = 2, CachedInput = 0.5m, CacheWrite = 2.5m, Output = 8, Reasoning = 9 };
        options.Models["small"] = new ModelPrices { Input = 0.15m, Output = 0.6m };
        options.Models["embed"] = new ModelPrices { Input = 0.02m };
    }
}
