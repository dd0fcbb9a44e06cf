using Pipeline.Backends;
using Pipeline.Internal;

namespace Pipeline.Learning;

/// <summary>What one follow-up run showed about a learning.</summary>
/// <remarks>Immutable, hence thread safe.</remarks>
public sealed record OutcomeReport
{
    /// <summary>The greatest length of the notes, in characters: 4,096.</summary>
    public const int MaxNotesLength = 4096;

    /// <summary>The learning's tenant.</summary>
    /// <exception cref="ArgumentException">The value is not a name (<see cref="StoredName"/>).</exception>
    public required string Tenant
    {
        get;
        init => field = PropertyValue.Name(value, nameof(Tenant));
    }

    /// <summary>The learning.</summary>
    public required LearningId LearningId { get; init; }

    /// <summary>
    /// The run that showed the outcome. Each follow-up run counts once for a learning: a second report of the same one corrects the first.
    /// </summary>
    /// <exception cref="ArgumentException">The value is not a name (<see cref="StoredName"/>).</exception>
    public required string FollowUpId
    {
        get;
        init => field = PropertyValue.Name(value, nameof(FollowUpId));
    }

    /// <summary>Whether it helped.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is <see cref="LearningOutcome.Open"/>, or not one of the enumeration.</exception>
    public required LearningOutcome Outcome
    {
        get;
        init => field = PropertyValue.Valid(
            PropertyValue.Defined(value, nameof(Outcome)),
            value != LearningOutcome.Open,
            nameof(Outcome),
            $"is Open, which says that nothing was reported. Report {nameof(LearningOutcome.Unknown)} to take a judgement back.");
    }

    /// <summary>What a human should know about it, or <see langword="null"/>; at most <see cref="MaxNotesLength"/> characters.</summary>
    /// <exception cref="ArgumentException">The value is blank, too long, or holds U+0000 or half a surrogate pair.</exception>
    public string? Notes
    {
        get;
        init => field = value is null ? null : PropertyValue.NonBlankText(value, MaxNotesLength, nameof(Notes));
    }
}
