namespace Pipeline.Diagnostics;

/// <summary>Brings what a doctor check found on several servers together: the worst status, every summary and every mend, errors first.</summary>
/// <remarks>Used by backends. Not thread safe: one check fills it.</remarks>
public sealed class DoctorFindings
{
    private readonly List<DoctorResult> _found = [];
    private readonly List<string> _well = [];

    /// <summary>Says what is well; told where nothing else is.</summary>
    /// <param name="summary">What was found.</param>
    public void Note(string summary) => _well.Add(summary);

    /// <summary>Says what works, but not as it should in production.</summary>
    /// <param name="summary">What was found.</param>
    /// <param name="mend">Exactly what to do about it.</param>
    /// <exception cref="ArgumentException"><paramref name="summary"/> or <paramref name="mend"/> is null, empty or white space.</exception>
    public void Warn(string summary, string mend) => _found.Add(DoctorResult.Warning(summary, mend));

    /// <summary>Says what does not work, loses data or is not safe.</summary>
    /// <param name="summary">What was found.</param>
    /// <param name="mend">Exactly what to do about it.</param>
    /// <exception cref="ArgumentException"><paramref name="summary"/> or <paramref name="mend"/> is null, empty or white space.</exception>
    public void Fail(string summary, string mend) => _found.Add(DoctorResult.Error(summary, mend));

    /// <summary>Makes one result of all.</summary>
    /// <param name="summary">What is said where nothing was found or noted.</param>
    /// <returns>The result.</returns>
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
