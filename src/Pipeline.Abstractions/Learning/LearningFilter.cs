using System.Collections.ObjectModel;
using Pipeline.Backends;
using Pipeline.Internal;

namespace Pipeline.Learning;

/// <summary>Which learnings a call concerns: one tenant's, of those the ones that fulfil every condition that is set.</summary>
/// <remarks>Names compare ordinally. Immutable, hence thread safe.</remarks>
public sealed record LearningFilter
{
    /// <summary>The tenant. There is no filter over several tenants.</summary>
    /// <exception cref="ArgumentException">The value is not a name (<see cref="StoredName"/>).</exception>
    public required string Tenant
    {
        get;
        init => field = PropertyValue.Name(value, nameof(Tenant));
    }

    /// <summary>Of this collection; <see langword="null"/>, the default, for any.</summary>
    /// <exception cref="ArgumentException">The value is neither null nor a name (<see cref="StoredName"/>).</exception>
    public string? Collection
    {
        get;
        init => field = PropertyValue.OptionalName(value, nameof(Collection));
    }

    /// <summary>Of this run; <see langword="null"/>, the default, for any.</summary>
    /// <exception cref="ArgumentException">The value is neither null nor a name (<see cref="StoredName"/>).</exception>
    public string? RunId
    {
        get;
        init => field = PropertyValue.OptionalName(value, nameof(RunId));
    }

    /// <summary>Of this step; <see langword="null"/>, the default, for any.</summary>
    /// <exception cref="ArgumentException">The value is neither null nor a name (<see cref="StoredName"/>).</exception>
    public string? Step
    {
        get;
        init => field = PropertyValue.OptionalName(value, nameof(Step));
    }

    /// <summary>Of this agent; <see langword="null"/>, the default, for any and none.</summary>
    /// <exception cref="ArgumentException">The value is neither null nor a name (<see cref="StoredName"/>).</exception>
    public string? Agent
    {
        get;
        init => field = PropertyValue.OptionalName(value, nameof(Agent));
    }

    /// <summary>Of this severity or a greater one; by default of any.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public LearningSeverity MinSeverity
    {
        get;
        init => field = PropertyValue.Defined(value, nameof(MinSeverity));
    }

    /// <summary>With this intervention among its interventions; <see langword="null"/>, the default, for any and none.</summary>
    /// <exception cref="ArgumentException">The value is neither null nor a name (<see cref="StoredName"/>).</exception>
    public string? Intervention
    {
        get;
        init => field = PropertyValue.OptionalName(value, nameof(Intervention));
    }

    /// <summary>Whose last outcome is this one; <see langword="null"/>, the default, for any.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public LearningOutcome? Outcome
    {
        get;
        init => field = value is { } outcome ? PropertyValue.Defined(outcome, nameof(Outcome)) : null;
    }

    /// <summary>With all of these attributes, name and value; empty by default. Copied.</summary>
    /// <exception cref="ArgumentException">
    /// There are more than <see cref="LearningRecord.MaxAttributes"/>, or a name or a value is not allowed.
    /// </exception>
    public IReadOnlyDictionary<string, string> Attributes
    {
        get;
        init => field = LearningAttributes.Copy(value, nameof(Attributes));
    } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Created at this time, cut to the microsecond, or later; <see langword="null"/>, the default, sets no bound.</summary>
    public DateTimeOffset? CreatedFrom
    {
        get;
        init => field = value is { } time ? PropertyValue.Time(time) : null;
    }

    /// <summary>Created before this time, cut to the microsecond; <see langword="null"/>, the default, sets no bound.</summary>
    public DateTimeOffset? CreatedBefore
    {
        get;
        init => field = value is { } time ? PropertyValue.Time(time) : null;
    }
}
