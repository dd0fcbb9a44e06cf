using Pipeline.Internal;

namespace Pipeline.Learning;

/// <summary>A learning as the store has it: what was recorded, and what has been reported about it.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed record StoredLearning
{
    /// <summary>The learning's id.</summary>
    public required LearningId Id { get; init; }

    /// <summary>What was recorded, without its embedding.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public required LearningRecord Record
    {
        get;
        init => field = PropertyValue.NotNull(value, nameof(Record));
    }

    /// <summary>How often each outcome was reported, each follow-up run once.</summary>
    public OutcomeCounts Outcomes { get; init; }

    /// <summary>The outcome that was reported or corrected last; <see cref="LearningOutcome.Open"/> where none was.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public LearningOutcome Outcome
    {
        get;
        init => field = PropertyValue.Defined(value, nameof(Outcome));
    }

    /// <summary>The follow-up run of the last report, or <see langword="null"/>.</summary>
    public string? FollowUpId { get; init; }

    /// <summary>The notes of the last report, or <see langword="null"/>.</summary>
    public string? Notes { get; init; }

    /// <summary>When the last report came, by the store's clock, in UTC; <see langword="null"/> where none did.</summary>
    public DateTimeOffset? Reported
    {
        get;
        init => field = value is { } time ? PropertyValue.Time(time) : null;
    }
}
