namespace Pipeline.Admin;

/// <summary>What was spent in a time, by what was asked for.</summary>
/// <param name="From">The beginning, inclusive.</param>
/// <param name="To">The end, exclusive.</param>
/// <param name="Currency">The currency of the price table.</param>
/// <param name="CompleteSince">From when on all is counted; absent where nothing was forgotten.</param>
/// <param name="IsTruncated">Whether there are more rows than are shown.</param>
/// <param name="Rows">The rows.</param>
internal sealed record SpendView(
    DateTimeOffset From, DateTimeOffset To, string Currency, DateTimeOffset? CompleteSince, bool IsTruncated, IReadOnlyList<SpendRowView> Rows);
