namespace Pipeline.State;

/// <summary>
/// Puts the reports of an entry in the order of its changes, where they come from processes that notify one before the other: what was overtaken is reported as what overtook it.
/// Not thread safe.
/// </summary>
internal sealed class PostgresStateOrder
{
    private Dictionary<StateKey, PostgresStateReport> _latest = [];
    private Dictionary<StateKey, PostgresStateReport> _former = [];

    /// <summary>Forgets what came before the last call.</summary>
    public void Age() => (_former, _latest) = (_latest, []);

    /// <summary>Finds the latest of what was reported of an entry, this report included.</summary>
    public PostgresStateReport Latest(in PostgresStateReport report)
    {
        var latest = report;
        if ((_latest.TryGetValue(report.Key, out var known) || _former.TryGetValue(report.Key, out known)) && known.Number > report.Number)
        {
            latest = known;
        }

        return _latest[report.Key] = latest;
    }
}
