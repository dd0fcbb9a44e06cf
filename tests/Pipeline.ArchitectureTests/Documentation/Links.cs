using System.Text.RegularExpressions;
using Pipeline.ArchitectureTests.Repository;

namespace Pipeline.ArchitectureTests.Documentation;

/// <summary>The links of a Markdown document to other files of the repository.</summary>
internal static partial class Links
{
    /// <summary>Says which relative links of a document lead nowhere.</summary>
    /// <param name="document">A Markdown file.</param>
    /// <param name="exists">Tells if a path, relative to the root, is a file or folder of the repository.</param>
    public static IEnumerable<string> Broken(SourceFile document, Predicate<string> exists) =>
        from match in Link().Matches(Code().Replace(document.Text, ""))
        let target = match.Groups["target"].Value.Split('#')[0]
        where target.Length > 0 && !Uri.IsWellFormedUriString(target, UriKind.Absolute)
        let path = Resolve(document.Folder, Uri.UnescapeDataString(target))
        where !exists(path)
        select $"{document.Path} links to {target}, which is not there";

    private static string Resolve(string folder, string target)
    {
        var parts = new Stack<string>(folder.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (var part in target.Split('/'))
        {
            // One ".." too many leads out of the repository: keep it, so that it is found to lead nowhere.
            if (part is ".." && parts.Count > 0 && parts.Peek() is not "..")
            {
                parts.Pop();
            }
            else if (part is not ("." or ""))
            {
                parts.Push(part);
            }
        }

        return string.Join('/', parts.Reverse());
    }

    // Inline, [text](target "title"), and by reference, [name]: target.
    [GeneratedRegex(
        @"\]\((?<target>[^)\s]+)[^)]*\)|^\[[^\]]+\]:\s*(?<target>\S+)",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"^```.*?^```|`[^`\n]*`", RegexOptions.Multiline | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();
}
