using System.Text.RegularExpressions;
using Pipeline.ArchitectureTests.Repository;

namespace Pipeline.ArchitectureTests.Documentation;

/// <summary>The pieces of code that documents show, and the compiled pieces that they are copies of.</summary>
internal static partial class Snippets
{
    private const string Fence = "```";

    /// <summary>Reads <c>// snippet: name</c> … <c>// end snippet</c> from sources, with the common indentation taken off.</summary>
    public static Dictionary<string, string> Compiled(IEnumerable<SourceFile> sources)
    {
        var snippets = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            for (var (i, start, name) = (0, 0, (string?)null); i < source.Lines.Length; i++)
            {
                var line = source.Lines[i].Trim();
                if (Start().Match(line) is { Success: true } match)
                {
                    (start, name) = (i + 1, match.Groups["name"].Value);
                }
                else if (name is not null && line is "// end snippet")
                {
                    snippets.Add(name, Trimmed(source.Lines[start..i]));
                    name = null;
                }
            }
        }

        return snippets;
    }

    /// <summary>Says which blocks of a document are not what was compiled.</summary>
    /// <param name="document">A Markdown file.</param>
    /// <param name="compiled">The compiled snippets by name.</param>
    /// <param name="allMarked">If every block of C# has to name its snippet; otherwise only those that name one are compared.</param>
    public static IEnumerable<string> Problems(SourceFile document, IReadOnlyDictionary<string, string> compiled, bool allMarked)
    {
        var lines = document.Lines;
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i] is not "```csharp")
            {
                continue;
            }

            var end = Array.IndexOf(lines, Fence, i);
            var mark = lines[..i].LastOrDefault(line => line.Length > 0) ?? "";
            var name = Mark().Match(mark) is { Success: true } match ? match.Groups["name"].Value : null;
            if (name is null && allMarked)
            {
                yield return $"{document.Path}:{i + 1}: write <!-- snippet: name --> above the block, and the code into samples/Snippets";
            }
            else if (name is not null && !compiled.TryGetValue(name, out _))
            {
                yield return $"{document.Path}:{i + 1}: samples/Snippets has no snippet named {name}";
            }
            else if (name is not null && !string.Equals(compiled[name], string.Join('\n', lines[(i + 1)..end]), StringComparison.Ordinal))
            {
                yield return $"{document.Path}:{i + 1}: differs from the compiled snippet {name}, which is:\n{compiled[name]}\n";
            }

            i = end;
        }
    }

    private static string Trimmed(string[] lines)
    {
        var indentation = lines.Where(line => line.Trim().Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length < indentation ? "" : line[indentation..]));
    }

    [GeneratedRegex(@"^// snippet: (?<name>[\w-]+)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Start();

    [GeneratedRegex(@"^<!-- snippet: (?<name>[\w-]+) -->$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Mark();
}
