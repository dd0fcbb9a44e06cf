using Pipeline.ArchitectureTests.Repository;

namespace Pipeline.ArchitectureTests.Rooms;

/// <summary>Lua and SQL stand in files of their own; each opens with a header that says how to call it.</summary>
internal static class ScriptRules
{
    /// <summary>Says what is wrong with a script, given the names of the resources that its assembly embeds.</summary>
    public static IEnumerable<string> Problems(SourceFile script, IReadOnlyCollection<string> resources)
    {
        var header = string.Join('\n', script.Lines.TakeWhile(line => line.StartsWith("--", StringComparison.Ordinal)));
        foreach (var word in WordsOfHeader(script))
        {
            if (!header.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                yield return $"{script.Path} does not say its {word} in the comment at its head";
            }
        }

        if (header.Length == 0)
        {
            yield return $"{script.Path} has no comment at its head";
        }

        if (!resources.Any(resource => resource.EndsWith(script.Name, StringComparison.Ordinal)))
        {
            yield return $"{script.Path} is not embedded in its assembly";
        }
    }

    // SQL has numbered arguments and no keys, a part of other statements has no reply, and a migration neither.
    private static string[] WordsOfHeader(SourceFile script) =>
        script.Path.Contains("/Migrations/", StringComparison.Ordinal) ? []
        : script.Name.EndsWith(".lua", StringComparison.Ordinal) ? ["keys", "arguments", "reply"]
        : script.Text.Contains("a part of other statements", StringComparison.Ordinal) ? []
        : script.Text.Contains("$1", StringComparison.Ordinal) ? ["$1", "reply"]
        : ["reply"];
}
