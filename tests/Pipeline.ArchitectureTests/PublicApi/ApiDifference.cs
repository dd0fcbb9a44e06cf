namespace Pipeline.ArchitectureTests.PublicApi;

/// <summary>Says how two printed APIs differ: each line that came or went, below the type that it belongs to.</summary>
internal static class ApiDifference
{
    public static string Between(string accepted, string actual)
    {
        var (before, after) = (Qualified(accepted), Qualified(actual));
        var changes = before.Except(after).Select(line => (line.Type, Text: $"- {line.Text}"))
            .Concat(after.Except(before).Select(line => (line.Type, Text: $"+ {line.Text}")))
            .GroupBy(change => change.Type, StringComparer.Ordinal)
            .OrderBy(type => type.Key, StringComparer.Ordinal);
        return string.Join('\n', changes.Select(type => $"  {type.Key}\n{string.Join('\n', type.Select(change => "    " + change.Text))}"));
    }

    // Two methods of two types can read alike, so a line counts together with the head of its type.
    private static List<(string Type, string Text)> Qualified(string api)
    {
        var type = "";
        var lines = new List<(string, string)>();
        foreach (var line in api.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            type = line[0] == ' ' ? type : line;
            lines.Add((type, line.Trim()));
        }

        return lines;
    }
}
