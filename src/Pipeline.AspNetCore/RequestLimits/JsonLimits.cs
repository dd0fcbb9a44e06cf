namespace Pipeline.RequestLimits;

/// <summary>How large the JSON of a body may be. What is larger is refused with 413 before the endpoint runs.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed record JsonLimits
{
    internal const int MostDepth = 1000;

    /// <summary>What holds where nothing else is said.</summary>
    public static JsonLimits Default { get; } = new();

    /// <summary>How deep it may be nested, 1 to 1,000. Default: 64, which is also what <c>System.Text.Json</c> reads.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int MaxDepth
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MostDepth);
            field = value;
        }
    } = 64;

    /// <summary>The most items of one array, at least 1. Default: 5,000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int MaxArrayItems { get; init => field = Positive(value); } = 5_000;

    /// <summary>The most characters (UTF-16 code units) of one string, names of properties among them, at least 1. Default: 200,000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int MaxStringLength { get; init => field = Positive(value); } = 200_000;

    /// <summary>The most characters of all strings together, at least 1. Default: 1,000,000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int MaxTotalStringLength { get; init => field = Positive(value); } = 1_000_000;

    private static int Positive(int value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
        return value;
    }
}
