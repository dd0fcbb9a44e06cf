namespace Pipeline.Diagnostics;

/// <summary>One name of the doctor's list, and what runs under it.</summary>
/// <param name="Name">The name.</param>
/// <param name="UsesNetwork">Whether the check reaches over the network.</param>
/// <param name="Check">The check; <see langword="null"/> where there is a problem instead.</param>
/// <param name="Problem">What is wrong with the check itself.</param>
internal sealed record DoctorEntry(string Name, bool UsesNetwork, IDoctorCheck? Check, DoctorResult? Problem)
{
    /// <summary>Lists checks by name. What other people's checks do wrong becomes a row of the report, never an exception.</summary>
    public static IReadOnlyList<DoctorEntry> List(IEnumerable<IDoctorCheck> checks) =>
    [
        .. checks
            .Select(Describe)
            .GroupBy(static entry => entry.Name, StringComparer.Ordinal)
            .Select(static group => group.Count() == 1 ? group.First() : Duplicate(group.Key, [.. group]))
            .OrderBy(static entry => entry.Name, StringComparer.Ordinal),
    ];

    private static DoctorEntry Describe(IDoctorCheck? check)
    {
        if (check is null)
        {
            return new DoctorEntry("null", UsesNetwork: false, Check: null, DoctorResult.Error("A check is null.", "Let what makes the check return one."));
        }

        try
        {
            if (check.Name is { } name && !string.IsNullOrWhiteSpace(name) && !name.Any(char.IsControl))
            {
                return new DoctorEntry(name, check.UsesNetwork, check, Problem: null);
            }
        }
#pragma warning disable CA1031 // One check that is written badly must not hide the others.
        catch (Exception)
#pragma warning restore CA1031
        {
        }

        var type = check.GetType().Name;
        return new DoctorEntry(type, UsesNetwork: false, Check: null, DoctorResult.Error(
            $"{type} does not say its name.", $"Let {type}.Name return a name such as 'room.what-is-looked-at', without control characters."));
    }

    private static DoctorEntry Duplicate(string name, DoctorEntry[] entries)
    {
        var types = string.Join(", ", entries.Select(static entry => entry.Check?.GetType().Name ?? entry.Name).Distinct(StringComparer.Ordinal));
        return new DoctorEntry(name, UsesNetwork: false, Check: null, DoctorResult.Error(
            $"{entries.Length} checks have this name ({types}), and none of them was run.", "Give each check a name of its own, or register it once."));
    }
}
