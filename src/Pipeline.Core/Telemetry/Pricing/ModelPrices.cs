namespace Pipeline.Telemetry;

/// <summary>What the tokens of one model cost, each kind by itself, in the table's currency for a million tokens.</summary>
/// <remarks>
/// <para>A price is 0 to 1,000,000 and has at most 6 decimal places, so that every cost is exact in 12 and nothing is ever rounded.</para>
/// <para>
/// What is not priced is not guessed: a call that used such tokens has no known cost. Only where a provider is known to charge no more does another
/// price stand in, as each property says.
/// </para>
/// <para>Set up once, while the application starts.</para>
/// </remarks>
public sealed record ModelPrices
{
    /// <summary>The price of input tokens, which every model has; 0 where they are free.</summary>
    public decimal? Input { get; set; }

    /// <summary>The price of input tokens that the provider read from its prompt cache. Default: that of <see cref="Input"/>.</summary>
    public decimal? CachedInput { get; set; }

    /// <summary>
    /// The price of input tokens that the provider wrote to its prompt cache. Default: none, since providers that report them charge more than for
    /// <see cref="Input"/>.
    /// </summary>
    public decimal? CacheWrite { get; set; }

    /// <summary>The price of the tokens of an answer. Default: none, as for a model that only embeds.</summary>
    public decimal? Output { get; set; }

    /// <summary>The price of the tokens that the model spent on reasoning. Default: that of <see cref="Output"/>.</summary>
    public decimal? Reasoning { get; set; }
}
