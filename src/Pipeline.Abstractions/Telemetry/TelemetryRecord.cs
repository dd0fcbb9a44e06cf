using System.Buffers.Binary;
using System.Diagnostics;
using Pipeline.Backends;
using Pipeline.Internal;

namespace Pipeline.Telemetry;

/// <summary>One call, as it is metered and billed; or a correction of the cost of an earlier one.</summary>
/// <remarks>
/// <para>
/// A value type, so that making and emitting a record allocates nothing; pass it by <see langword="in"/>. Each property checks its own value and
/// throws; <see cref="IsValid"/> says whether the whole makes sense. Immutable, hence thread safe.
/// </para>
/// <para>
/// Records are only ever added. To correct a cost, emit a second record with an <see cref="Id"/> of its own that names the first and carries the
/// difference: <c>first with { Id = newId, CorrectionOf = first.Id, Cost = -0.02m, CostAvoided = 0, Usage = default }</c>.
/// </para>
/// </remarks>
public readonly record struct TelemetryRecord
{
    /// <summary>The greatest number of decimal places of an amount of money: 12. It keeps sums exact in every store.</summary>
    public const int MaxCostDecimals = 12;

    /// <summary>The greatest magnitude of an amount of money: a thousand million.</summary>
    public const decimal MaxCost = 1_000_000_000m;

    private const int FixedBytes = 256;

    /// <summary>Identifies the record: two records with one id are one record. Never empty.</summary>
    /// <value>A random or time-ordered id, for instance of <see cref="NewId"/>.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is <see cref="Guid.Empty"/>.</exception>
    public required Guid Id
    {
        get;
        init => field = PropertyValue.Valid(value, value != Guid.Empty, nameof(Id), "is empty. Give each record an id of its own.");
    }

    /// <summary>When the call began, in UTC and to the microsecond: what is finer is cut off, since not every store keeps it.</summary>
    public required DateTimeOffset Time
    {
        get;
        init => field = PropertyValue.Time(value);
    }

    /// <summary>How long the caller waited, zero or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan Duration
    {
        get;
        init => field = PropertyValue.InRange(value, TimeSpan.Zero, TimeSpan.MaxValue, nameof(Duration));
    }

    /// <summary>The step's name (see <see cref="StoredName"/> for what a name may be).</summary>
    /// <exception cref="ArgumentException">The value is not a name.</exception>
    public required string Step
    {
        get;
        init => field = PropertyValue.Name(value, nameof(Step));
    }

    /// <summary>The tenant that pays for the call.</summary>
    /// <exception cref="ArgumentException">The value is not a name (<see cref="StoredName"/>).</exception>
    public required string Tenant
    {
        get;
        init => field = PropertyValue.Name(value, nameof(Tenant));
    }

    /// <summary>The model that answered, or <see langword="null"/> where none took part.</summary>
    /// <exception cref="ArgumentException">The value is neither null nor a name (<see cref="StoredName"/>).</exception>
    public string? Model
    {
        get;
        init => field = PropertyValue.OptionalName(value, nameof(Model));
    }

    /// <summary>The id of the request that the call belongs to, or <see langword="null"/>.</summary>
    /// <exception cref="ArgumentException">The value is neither null nor a name (<see cref="StoredName"/>).</exception>
    public string? RequestId
    {
        get;
        init => field = PropertyValue.OptionalName(value, nameof(RequestId));
    }

    /// <summary>The W3C trace that the call belongs to; the default value (all zeros) where there is none.</summary>
    public ActivityTraceId TraceId { get; init; }

    /// <summary>How the call ended.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public CallOutcome Outcome
    {
        get;
        init => field = PropertyValue.Defined(value, nameof(Outcome));
    }

    /// <summary>What the cache did for the call.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public CacheOutcome Cache
    {
        get;
        init => field = PropertyValue.Defined(value, nameof(Cache));
    }

    /// <summary>The tokens that the call used. Zero for a cache hit, and zero where the provider did not say.</summary>
    public TokenUsage Usage { get; init; }

    /// <summary>
    /// What the call cost, in the currency of the price table; <see langword="null"/> where the price is not known, which is counted and never guessed.
    /// Negative only in a correction.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The value has more than <see cref="MaxCostDecimals"/> decimal places, or a magnitude above <see cref="MaxCost"/>.
    /// </exception>
    public decimal? Cost
    {
        get;
        init => field = value is { } amount ? Amount(amount, nameof(Cost)) : null;
    }

    /// <summary>What the call would have cost had the cache not answered, zero or more (in a correction: the difference, of either sign).</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The value has more than <see cref="MaxCostDecimals"/> decimal places, or a magnitude above <see cref="MaxCost"/>.
    /// </exception>
    public decimal CostAvoided
    {
        get;
        init => field = Amount(value, nameof(CostAvoided));
    }

    /// <summary>
    /// The version of the price table that <see cref="Cost"/> and <see cref="CostAvoided"/> were computed with, or <see langword="null"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The value is neither null nor a name (<see cref="StoredName"/>).</exception>
    public string? PriceTableVersion
    {
        get;
        init => field = PropertyValue.OptionalName(value, nameof(PriceTableVersion));
    }

    /// <summary>
    /// The kind of error (<c>error.type</c> of OpenTelemetry), for instance an exception's type name; <see langword="null"/> where the call succeeded.
    /// Never an error's message, which can hold a payload.
    /// </summary>
    /// <exception cref="ArgumentException">The value is neither null nor a name (<see cref="StoredName"/>).</exception>
    public string? ErrorType
    {
        get;
        init => field = PropertyValue.OptionalName(value, nameof(ErrorType));
    }

    /// <summary>What else is worth knowing; empty by default. Make an instance once and share it between records.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public TelemetryAttributes Attributes
    {
        get => field ?? TelemetryAttributes.Empty;

        // None is one value, so that records are equal that were given none, or an empty set.
        init => field = PropertyValue.NotNull(value, nameof(Attributes)).Count == 0 ? null : value;
    }

    /// <summary>The lane that the record travels in; <see cref="TelemetryLane.Accounting"/> by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public TelemetryLane Lane
    {
        get;
        init => field = PropertyValue.Defined(value, nameof(Lane));
    }

    /// <summary>
    /// The <see cref="Id"/> of the record whose cost this one corrects, or <see langword="null"/>, as for every call. A correction adds its amounts
    /// and its usage to the totals; it is no call, and its duration counts in no percentile.
    /// </summary>
    public Guid? CorrectionOf { get; init; }

    /// <summary>
    /// Whether a sink can take the record: <see langword="false"/> for a default record, for a negative amount that corrects nothing, and for a
    /// record that corrects itself.
    /// </summary>
    public bool IsValid =>
        Id != Guid.Empty
        && Step is not null
        && Tenant is not null
        && (CorrectionOf is { } corrected ? corrected != Id && corrected != Guid.Empty : Cost is not < 0 && CostAvoided >= 0);

    /// <summary>
    /// What the record takes up in memory, in bytes, by one estimate for all sinks: the record itself, the strings that it alone is likely to keep
    /// alive, and its attributes.
    /// </summary>
    public int ApproximateBytes =>
        FixedBytes + (sizeof(char) * ((RequestId?.Length ?? 0) + (ErrorType?.Length ?? 0))) + Attributes.ApproximateBytes;

    /// <summary>Makes an id for a record.</summary>
    /// <param name="time">The time by which ids are ordered, to the millisecond; one before 1970 counts as 1970.</param>
    /// <returns>A UUID of version 7 (RFC 9562, section 5.7). It is no secret.</returns>
    public static Guid NewId(DateTimeOffset time)
    {
        // Guid.CreateVersion7 asks the operating system each time, which costs more than all the rest of a record. Ids have to be unique, not
        // unpredictable, and Random.Shared is seeded by the operating system on every thread.
        const long Version = 0x7000;
        const int RandomBits = 12;
        const int TimeShift = 16;
        var milliseconds = Math.Max(0, time.ToUnixTimeMilliseconds());
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, (milliseconds << TimeShift) | Version | Random.Shared.NextInt64(1L << RandomBits));
        BinaryPrimitives.WriteInt64BigEndian(bytes[8..], Random.Shared.NextInt64(long.MinValue, long.MaxValue));
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    private static decimal Amount(decimal value, string property)
    {
        PropertyValue.InRange(value, -MaxCost, MaxCost, property);
        if (value.Scale <= MaxCostDecimals)
        {
            return value;
        }

        var rounded = decimal.Round(value, MaxCostDecimals);
        return PropertyValue.Valid(rounded, rounded == value, property, $"has more than {MaxCostDecimals} decimal places. Round it to {MaxCostDecimals}.");
    }
}
