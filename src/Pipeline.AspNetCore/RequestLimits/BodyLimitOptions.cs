namespace Pipeline.RequestLimits;

/// <summary>How large bodies, and the JSON in them, may be where an endpoint does not say.</summary>
/// <remarks>Bound from <c>BodyLimits</c> of the edge's section. Read once, at start.</remarks>
public sealed class BodyLimitOptions
{
    /// <summary>The most bytes of a body, 1 to 1 TiB. Default: 5 MiB.</summary>
    public long MaxBytes { get; set; } = 5 * 1024 * 1024;

    /// <summary>How deep JSON may be nested, 1 to 1,000. Default: 64.</summary>
    public int MaxDepth { get; set; } = JsonLimits.Default.MaxDepth;

    /// <summary>The most items of one JSON array, at least 1. Default: 5,000.</summary>
    public int MaxArrayItems { get; set; } = JsonLimits.Default.MaxArrayItems;

    /// <summary>The most characters (UTF-16 code units) of one JSON string, names of properties among them, at least 1. Default: 200,000.</summary>
    public int MaxStringLength { get; set; } = JsonLimits.Default.MaxStringLength;

    /// <summary>The most characters of all strings of one JSON body together, at least 1. Default: 1,000,000.</summary>
    public int MaxTotalStringLength { get; set; } = JsonLimits.Default.MaxTotalStringLength;
}
