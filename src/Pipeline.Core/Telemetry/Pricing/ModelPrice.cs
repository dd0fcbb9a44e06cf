namespace Pipeline.Telemetry;

/// <summary>The prices of one model, in whole units of a million millionth for one token; negative where there is none. Immutable.</summary>
internal sealed class ModelPrice
{
    private const long None = -1;
    private const int Scale = TelemetryRecord.MaxCostDecimals;

    // A price is for a million tokens, and has six decimal places.
    private const decimal UnitsOfPrice = 1_000_000m;

    private static readonly Int128 MaxUnits = (Int128)TelemetryRecord.MaxCost * 1_000_000_000_000;

    private readonly long _input;
    private readonly long _cachedInput;
    private readonly long _cacheWrite;
    private readonly long _output;
    private readonly long _reasoning;

    /// <param name="name">The model's name, as the table has it.</param>
    /// <param name="prices">Prices that have been checked.</param>
    public ModelPrice(string name, ModelPrices prices)
    {
        Name = name;
        _input = Units(prices.Input);
        _cachedInput = Units(prices.CachedInput ?? prices.Input);
        _cacheWrite = Units(prices.CacheWrite);
        _output = Units(prices.Output);
        _reasoning = Units(prices.Reasoning ?? prices.Output);
    }

    public string Name { get; }

    /// <summary>Prices tokens.</summary>
    /// <returns>Whether all that were used have a price, and the sum is no more than <see cref="TelemetryRecord.MaxCost"/>.</returns>
    public bool TryPrice(in TokenUsage usage, out decimal cost)
    {
        var units = Int128.Zero;
        var isPriced = TryAdd(usage.UncachedInput, _input, ref units)
            && TryAdd(usage.CachedInput, _cachedInput, ref units)
            && TryAdd(usage.CacheWrite, _cacheWrite, ref units)
            && TryAdd(usage.Output, _output, ref units)
            && TryAdd(usage.Reasoning, _reasoning, ref units)
            && units <= MaxUnits;
        cost = isPriced ? ToAmount(units) : 0;
        return isPriced;
    }

    private static bool TryAdd(long tokens, long price, ref Int128 units)
    {
        if (tokens == 0)
        {
            return true;
        }

        // Five products of 63 and 40 bits are far from the end of 127.
        units += (Int128)tokens * price;
        return price != None;
    }

    private static long Units(decimal? price) => price is { } amount ? (long)(amount * UnitsOfPrice) : None;

    private static decimal ToAmount(Int128 units)
    {
        var scale = Scale;
        for (; scale > 0 && units % 10 == 0; scale--)
        {
            units /= 10;
        }

        return new decimal((int)(uint)units, (int)(uint)(units >> 32), (int)(uint)(units >> 64), isNegative: false, (byte)scale);
    }
}
