namespace Pipeline.Queues;

/// <summary>A dead letter and its place among the others.</summary>
internal sealed record ShelvedLetter(long Sequence, DeadLetter Letter)
{
    /// <summary>An end of a range of places.</summary>
    public static ShelvedLetter Bound(long sequence) => new(sequence, null!);
}
