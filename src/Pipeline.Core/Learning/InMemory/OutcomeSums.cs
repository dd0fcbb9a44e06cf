namespace Pipeline.Learning;

/// <summary>Adds up what became of each intervention of each step.</summary>
internal sealed class OutcomeSums
{
    private readonly Dictionary<(string Step, string? Intervention), OutcomeStatistics> _sums = [];

    public void Add(StoredLearning learning)
    {
        if (learning.Record.Interventions.Count == 0)
        {
            Add(learning, intervention: null);
        }

        foreach (var intervention in learning.Record.Interventions)
        {
            Add(learning, intervention);
        }
    }

    public IReadOnlyList<OutcomeStatistics> ToStatistics() =>
        [.. _sums.Values.OrderBy(static sum => sum.Step, StringComparer.Ordinal).ThenBy(static sum => sum.Intervention, StringComparer.Ordinal)];

    private void Add(StoredLearning learning, string? intervention)
    {
        var key = (learning.Record.Step, intervention);
        var sum = _sums.GetValueOrDefault(key) ?? new OutcomeStatistics(learning.Record.Step, intervention, 0, 0, default);
        var (sums, own) = (sum.Outcomes, learning.Outcomes);
        _sums[key] = sum with
        {
            Runs = sum.Runs + 1,
            Open = sum.Open + (learning.Outcome == LearningOutcome.Open ? 1 : 0),
            Outcomes = new OutcomeCounts
            {
                Improved = sums.Improved + own.Improved,
                NoChange = sums.NoChange + own.NoChange,
                Worse = sums.Worse + own.Worse,
                Unknown = sums.Unknown + own.Unknown,
            },
        };
    }
}
