using System.IO.Enumeration;

namespace Pipeline.Diagnostics;

/// <summary>Selects checks by their names.</summary>
internal static class DoctorPattern
{
    public static bool Matches(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: true);

    /// <exception cref="ArgumentException">A pattern matches nothing: what it was meant for would go unchecked, or checked, unnoticed.</exception>
    public static void ThrowIfIdle(IEnumerable<string> patterns, IReadOnlyCollection<string> names, string argument)
    {
        foreach (var pattern in patterns)
        {
            if (!names.Any(name => Matches(pattern, name)))
            {
                throw new ArgumentException($"No check is named '{pattern}'. Correct the pattern; the list of all checks says what there is.", argument);
            }
        }
    }
}
