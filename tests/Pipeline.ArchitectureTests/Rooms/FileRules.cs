using System.Text.RegularExpressions;
using Pipeline.ArchitectureTests.Repository;

namespace Pipeline.ArchitectureTests.Rooms;

/// <summary>The rules for one source file, each a function from the file to what is wrong with it.</summary>
internal static partial class FileRules
{
    public const int MaxLines = 300;

    public static IEnumerable<string> Problems(SourceFile file) =>
        LengthProblems(file).Concat(RegionProblems(file)).Concat(TypeProblems(file)).Concat(NamespaceProblems(file));

    private static IEnumerable<string> LengthProblems(SourceFile file) =>
        file.Lines.Length > MaxLines ? [$"{file.Path} has {file.Lines.Length} lines; the most is {MaxLines}"] : [];

    private static IEnumerable<string> RegionProblems(SourceFile file) =>
        file.Lines.Where(line => line.TrimStart().StartsWith("#region", StringComparison.Ordinal)).Select(_ => $"{file.Path} has a #region");

    private static IEnumerable<string> TypeProblems(SourceFile file)
    {
        // A small program may show its types beside the statements that use them; MA0048 is silent there, too.
        if (file.Path.StartsWith("samples/", StringComparison.Ordinal) && (file.Name is "Program.cs" || file.Folder is "samples/Snippets"))
        {
            yield break;
        }

        var types = file.Lines.Select(line => TopLevelType().Match(line)).Where(match => match.Success).ToArray();
        if (types.Length > 1)
        {
            yield return $"{file.Path} holds {types.Length} types; give each its own file";
        }

        foreach (var type in types)
        {
            var name = type.Groups["name"].Value;
            if (!IsFileOf(file.Name, name, type.Groups["generic"].Success, type.Groups["partial"].Success))
            {
                yield return $"{file.Path} holds the type {name}; file and type bear one name";
            }

            if (name is "Pipeline")
            {
                yield return $"{file.Path} names a type Pipeline, which hides the namespace";
            }
        }
    }

    /// <summary>
    /// The namespace is the room's. Extension methods of the HTTP edge may stand where the framework has what they extend, so that an application finds them without an import;
    /// they are kept in their room's folder all the same, since they belong to what stands there.
    /// </summary>
    private static IEnumerable<string> NamespaceProblems(SourceFile file)
    {
        // src/<package>/<room>/…; what stands in the package's own folder, or registers it, is no room's.
        if (file.Path.Split('/') is not ["src", _, var room, _, ..] || room is "DependencyInjection" or "Internal")
        {
            yield break;
        }

        var declared = file.Lines.Select(line => Namespace().Match(line)).FirstOrDefault(match => match.Success)?.Groups["name"].Value;
        if (declared is not null && !string.Equals(declared, "Pipeline." + room, StringComparison.Ordinal) && !IsExtensionOfFramework(file, declared))
        {
            yield return $"{file.Path} declares the namespace {declared}; its room is Pipeline.{room}";
        }
    }

    private static bool IsExtensionOfFramework(SourceFile file, string declared) =>
        declared is "Microsoft.AspNetCore.Builder" or "Microsoft.Extensions.DependencyInjection"
        && file.Path.StartsWith("src/Pipeline.AspNetCore/", StringComparison.Ordinal)
        && file.Lines.Any(static line => ClassOfExtensions().IsMatch(line))
        && file.Lines.Any(static line => ExtensionMethod().IsMatch(line));

    private static bool IsFileOf(string fileName, string type, bool isGeneric, bool isPartial)
    {
        var parts = fileName.Split('.');
        var named = string.Equals(parts[0], type, StringComparison.Ordinal)
            || (isGeneric && Regex.IsMatch(parts[0], $"^{type}Of[A-Z]\\w*$", RegexOptions.None, TimeSpan.FromSeconds(1)));
        return named && (parts.Length == 2 || (isPartial && parts.Length == 3));
    }

    // Namespaces are file-scoped throughout, so a type at the top level starts in the first column.
    [GeneratedRegex(
        @"^(\[[^\]]*\]\s*)?((public|internal|file|abstract|sealed|static|readonly|ref|unsafe|(?<partial>partial))\s+)*" +
        @"((class|struct|interface|enum|record(\s+(class|struct))?)\s+(?<name>\w+)(?<generic><)?|delegate\s[^(]*?\s(?<name>\w+)(?<generic><[^(]*>)?\()",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex TopLevelType();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^public static class \w+Extensions\b", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ClassOfExtensions();

    // The receiver may stand on the line after the method's name.
    [GeneratedRegex(@"[(\s]this [\w<>.]+ \w+[,)]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ExtensionMethod();
}
