namespace Pipeline.Diagnostics;

/// <summary>Brings what a check found on several servers together: the worst status, every summary and every mend, errors first.</summary>
internal sealed class RedisFindings
{
    private readonly List<DoctorResult> _found = [];
    private readonly List<string> _well = [];

    /// <summary>Says what is well; told where nothing else is.</summary>
    public void Note(string summary) => _well.Add(summary);

    public void Warn(string summary, string mend) => _found.Add(DoctorResult.Warning(summary, mend));

    public void Fail(string summary, string mend) => _found.Add(DoctorResult.Error(summary, mend));

    /// <param name="summary">What is said where nothing was found or noted.</param>
    public DoctorResult ToResult(string summary)
    {
        if (_found.Count == 0)
        {
            return DoctorResult.Ok(_well.Count == 0 ? summary : Join(_well));
        }

        var ordered = _found.OrderByDescending(static result => result.Status).ToArray();
        var (problems, mends) = (Join(ordered.Select(static result => result.Summary)), Join(ordered.Select(static result => result.Mend!)));
        return ordered[0].Status == DoctorStatus.Error ? DoctorResult.Error(problems, mends) : DoctorResult.Warning(problems, mends);
    }

    private static string Join(IEnumerable<string> sentences) => string.Join(' ', sentences.Distinct(StringComparer.Ordinal));
}
