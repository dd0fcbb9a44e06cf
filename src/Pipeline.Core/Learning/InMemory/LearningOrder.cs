namespace Pipeline.Learning;

/// <summary>The order of learnings by time, oldest first; among equal times by id.</summary>
internal sealed class LearningOrder : IComparer<LearningEntry>
{
    public static readonly LearningOrder Instance = new();

    public int Compare(LearningEntry? x, LearningEntry? y) => Compare(PositionOf(x!), PositionOf(y!));

    public static LearningPosition PositionOf(LearningEntry entry) => new(entry.Record.Created, entry.Id);

    public static int Compare(LearningPosition x, LearningPosition y)
    {
        var byTime = x.Created.CompareTo(y.Created);
        return byTime != 0 ? byTime : x.Id.CompareTo(y.Id);
    }
}
