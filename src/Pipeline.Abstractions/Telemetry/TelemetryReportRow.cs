namespace Pipeline.Telemetry;

/// <summary>The totals of one group of records.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed record TelemetryReportRow
{
    /// <summary>The group's step; <see langword="null"/> unless grouped by step.</summary>
    public string? Step { get; init; }

    /// <summary>The group's model; <see langword="null"/> unless grouped by model, and for the group of calls without one.</summary>
    public string? Model { get; init; }

    /// <summary>The group's tenant; <see langword="null"/> unless grouped by tenant.</summary>
    public string? Tenant { get; init; }

    /// <summary>When the group's interval begins, in UTC; <see langword="null"/> unless an interval was asked for.</summary>
    public DateTimeOffset? IntervalStart { get; init; }

    /// <summary>How many calls there were, cached and refused ones among them, corrections not.</summary>
    public required long Calls { get; init; }

    /// <summary>The calls by how they ended; an outcome that is missing is zero.</summary>
    public IReadOnlyDictionary<CallOutcome, long> Outcomes { get; init; } = new Dictionary<CallOutcome, long>();

    /// <summary>The calls by what the cache did; a value that is missing is zero.</summary>
    public IReadOnlyDictionary<CacheOutcome, long> Cache { get; init; } = new Dictionary<CacheOutcome, long>();

    /// <summary>The sum of the tokens.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>The exact sum of the known costs and their corrections.</summary>
    public decimal Cost { get; init; }

    /// <summary>The exact sum of the costs that the cache avoided.</summary>
    public decimal CostAvoided { get; init; }

    /// <summary>How many calls had no known price when they were recorded, and so are missing in <see cref="Cost"/> unless corrected since.</summary>
    public long UnpricedCalls { get; init; }

    /// <summary>The calls' durations; all zero where there were no calls.</summary>
    public DurationPercentiles Durations { get; init; }
}
