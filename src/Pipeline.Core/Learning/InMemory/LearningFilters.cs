namespace Pipeline.Learning;

/// <summary>Applies filters to learnings in memory.</summary>
internal static class LearningFilters
{
    /// <summary>Whether a filter names the tenant alone.</summary>
    public static bool SelectsAll(this LearningFilter filter) => filter is
    {
        Collection: null, RunId: null, Step: null, Agent: null, Intervention: null, Outcome: null, CreatedFrom: null, CreatedBefore: null,
        MinSeverity: LearningSeverity.Info, Attributes.Count: 0,
    };

    /// <summary>Whether a filter selects a learning of its tenant.</summary>
    public static bool Selects(this LearningFilter filter, LearningEntry entry)
    {
        var record = entry.Record;
        return Matches(filter.Collection, record.Collection)
            && Matches(filter.Step, record.Step)
            && Matches(filter.RunId, record.RunId)
            && Matches(filter.Agent, record.Agent)
            && record.Severity >= filter.MinSeverity
            && (filter.CreatedFrom is not { } from || record.Created >= from)
            && (filter.CreatedBefore is not { } before || record.Created < before)
            && (filter.Outcome is not { } outcome || entry.Stored.Outcome == outcome)
            && (filter.Intervention is not { } intervention || record.Interventions.Contains(intervention, StringComparer.Ordinal))
            && (filter.Attributes.Count == 0 || HasAttributes(record, filter.Attributes));
    }

    private static bool Matches(string? wanted, string? actual) => wanted is null || string.Equals(wanted, actual, StringComparison.Ordinal);

    private static bool HasAttributes(LearningRecord record, IReadOnlyDictionary<string, string> wanted) => wanted.All(attribute =>
        record.Attributes.TryGetValue(attribute.Key, out var value) && string.Equals(value, attribute.Value, StringComparison.Ordinal));
}
