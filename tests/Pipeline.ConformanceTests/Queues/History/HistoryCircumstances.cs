namespace Pipeline.Conformance.Queues.History;

/// <summary>What the judgement of every message depends on.</summary>
/// <param name="Killed">The processes that were killed.</param>
/// <param name="AreCompletionsAnnounced">Whether consumers wrote down each completion before they asked for it.</param>
/// <param name="UnseenReceives">How many receives may have leased messages that nobody saw: each can have charged any message with one crash.</param>
internal sealed record HistoryCircumstances(IReadOnlySet<string> Killed, bool AreCompletionsAnnounced, int UnseenReceives)
{
    public static HistoryCircumstances Of(IReadOnlyCollection<HistoryEvent> events)
    {
        var killed = events.Where(one => one.Kind == HistoryEventKind.ProcessKilled).Select(one => one.Process).ToHashSet(StringComparer.Ordinal);
        return new(
            killed,
            events.Any(one => one.Kind == HistoryEventKind.Completing),
            killed.Count + events.Count(one => one.Kind == HistoryEventKind.ReceiveUnknown));
    }
}
