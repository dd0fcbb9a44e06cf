namespace Pipeline.Diagnostics;

/// <summary>Brings what a check found of several items together: the worst status, every summary and every mend, errors first.</summary>
internal sealed class Findings
{
    private const int MostShown = 8;

    private readonly List<DoctorResult> _found = [];

    public void Warn(string summary, string mend) => _found.Add(DoctorResult.Warning(summary, mend));

    public void Fail(string summary, string mend) => _found.Add(DoctorResult.Error(summary, mend));

    /// <param name="summary">What is said where nothing was found.</param>
    public DoctorResult ToResult(string summary)
    {
        if (_found.Count == 0)
        {
            return DoctorResult.Ok(summary);
        }

        var ordered = _found.OrderByDescending(static result => result.Status).ToArray();
        var shown = ordered.Take(MostShown).ToArray();
        var more = ordered.Length > MostShown ? $" And {Wording.Number(ordered.Length - MostShown)} more of the kind." : "";
        var problems = string.Join(' ', shown.Select(static result => result.Summary).Distinct(StringComparer.Ordinal)) + more;
        var mends = string.Join(' ', shown.Select(static result => result.Mend).Distinct(StringComparer.Ordinal));
        return ordered[0].Status == DoctorStatus.Error ? DoctorResult.Error(problems, mends) : DoctorResult.Warning(problems, mends);
    }
}
