namespace Pipeline.Conformance.Queues.Generation;

/// <summary>
/// When a message joined the end of its line, as far as a backend is bound: what an operation caused happened in that operation; what
/// time caused, at the latest in the next receive.
/// </summary>
/// <param name="From">The earliest operation.</param>
/// <param name="To">The latest; open until the next receive.</param>
/// <param name="Due">The due time, for messages that came due: they join in the order of these.</param>
/// <param name="Index">
/// The place within the operation, where the order within one call is promised; -1 where it is not.
/// </param>
internal sealed record ModelPlace(int From, int To, DateTimeOffset? Due, long Index)
{
    public const int Open = int.MaxValue;

    public static ModelPlace Ordered(int operation, long index) => new(operation, operation, null, index);

    public static ModelPlace Unordered(int operation) => new(operation, operation, null, -1);

    /// <summary>Whether what is here is certainly before what is there.</summary>
    public bool Precedes(ModelPlace other)
    {
        if (To < other.From)
        {
            return true;
        }

        if (Due is { } due && other.Due is { } otherDue)
        {
            return due < otherDue || (due == otherDue && Index < other.Index);
        }

        return Due is null && other.Due is null && From == other.From && Index >= 0 && other.Index >= 0 && Index < other.Index;
    }
}
