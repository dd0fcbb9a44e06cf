using Pipeline.Backends;
using Pipeline.Internal;

namespace Pipeline.Telemetry;

/// <summary>Which telemetry records to read, and how to group them.</summary>
/// <remarks>
/// Made by <see cref="ForTenant"/> or <see cref="AcrossTenants"/>, so that reading over all tenants is always spelled out. Immutable, hence thread safe.
/// </remarks>
public sealed record TelemetryQuery
{
    /// <summary>The greatest number of rows of one report: 10,000.</summary>
    public const int MaxRowLimit = 10_000;

    private const TelemetryGrouping AllGroupings = TelemetryGrouping.Step | TelemetryGrouping.Model | TelemetryGrouping.Tenant;

    private TelemetryQuery(string? tenant, DateTimeOffset from, DateTimeOffset to)
    {
        Tenant = tenant;
        From = PropertyValue.Time(from);
        To = PropertyValue.Time(to);
        if (To <= From)
        {
            throw new ArgumentException("The end of the time range is not after its beginning. Give a later end.", nameof(to));
        }
    }

    /// <summary>The one tenant whose records are read, or <see langword="null"/> for the records of all tenants.</summary>
    public string? Tenant { get; }

    /// <summary>The earliest <see cref="TelemetryRecord.Time"/>, inclusive, in UTC and cut to the microsecond.</summary>
    public DateTimeOffset From { get; }

    /// <summary>The end of the time range, exclusive, in UTC and cut to the microsecond.</summary>
    public DateTimeOffset To { get; }

    /// <summary>Reads only this step; <see langword="null"/>, the default, reads every step.</summary>
    /// <exception cref="ArgumentException">The value is neither null nor a name (<see cref="StoredName"/>).</exception>
    public string? Step
    {
        get;
        init => field = PropertyValue.OptionalName(value, nameof(Step));
    }

    /// <summary>Reads only this model; <see langword="null"/>, the default, reads every model and the calls without one.</summary>
    /// <exception cref="ArgumentException">The value is neither null nor a name (<see cref="StoredName"/>).</exception>
    public string? Model
    {
        get;
        init => field = PropertyValue.OptionalName(value, nameof(Model));
    }

    /// <summary>Reads only the records of this request; <see langword="null"/>, the default, reads those of every request.</summary>
    /// <exception cref="ArgumentException">The value is neither null nor a name (<see cref="StoredName"/>).</exception>
    public string? RequestId
    {
        get;
        init => field = PropertyValue.OptionalName(value, nameof(RequestId));
    }

    /// <summary>By what the rows are broken down; by nothing unless set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value has a bit that the enumeration does not name.</exception>
    public TelemetryGrouping GroupBy
    {
        get;
        init => field = PropertyValue.Valid(
            value, (value & ~AllGroupings) == TelemetryGrouping.None, nameof(GroupBy), "has an unknown bit. Combine its named values.");
    }

    /// <summary>
    /// Breaks the rows down by time as well, into intervals of this length, aligned to 1970-01-01T00:00Z: at least a second, in whole seconds.
    /// <see langword="null"/>, the default, does not. The first and last interval hold only what is in the time range.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is under a second, or not in whole seconds.</exception>
    public TimeSpan? Interval
    {
        get;
        init => field = PropertyValue.Valid(value, IsNullOrWholeSeconds(value), nameof(Interval), "is not in whole seconds. Give one second or more.");
    }

    /// <summary>The most rows that a report has, 1 to <see cref="MaxRowLimit"/>; 1,000 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int RowLimit
    {
        get;
        init => field = PropertyValue.InRange(value, 1, MaxRowLimit, nameof(RowLimit));
    } = 1000;

    /// <summary>Reads the records of one tenant.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="from">The earliest time, inclusive.</param>
    /// <param name="to">The end of the time range, exclusive.</param>
    /// <returns>A query that no other tenant's record can answer.</returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="tenant"/> is not a name (<see cref="StoredName"/>), or <paramref name="to"/> is not after <paramref name="from"/>.
    /// </exception>
    public static TelemetryQuery ForTenant(string tenant, DateTimeOffset from, DateTimeOffset to)
    {
        StoredName.ThrowIfInvalid(tenant);
        return new TelemetryQuery(tenant, from, to);
    }

    /// <summary>Reads the records of all tenants. For operators: never the answer to a tenant's own request.</summary>
    /// <param name="from">The earliest time, inclusive.</param>
    /// <param name="to">The end of the time range, exclusive.</param>
    /// <returns>A query over all tenants.</returns>
    /// <exception cref="ArgumentException"><paramref name="to"/> is not after <paramref name="from"/>.</exception>
    public static TelemetryQuery AcrossTenants(DateTimeOffset from, DateTimeOffset to) => new(tenant: null, from, to);

    private static bool IsNullOrWholeSeconds(TimeSpan? value) =>
        value is null || (value.Value.Ticks >= TimeSpan.TicksPerSecond && value.Value.Ticks % TimeSpan.TicksPerSecond == 0);
}
