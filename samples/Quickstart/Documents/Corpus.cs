namespace Quickstart.Documents;

/// <summary>The folders whose documents are ingested, and what to ask about them.</summary>
/// <param name="Root">The folder by which paths are shown.</param>
/// <param name="Folders">The folders that are walked.</param>
/// <param name="Questions">Questions that their documents should answer.</param>
internal sealed record Corpus(string Root, IReadOnlyList<string> Folders, IReadOnlyList<string> Questions)
{
    private const string RepositoryMark = "Pipeline.sln";

    private static readonly string[] QuestionsOnTheRepository =
    [
        "What happens to a message whose lease runs out?",
        "How are dead letters redriven?",
        "In which order are messages with the same ordering key delivered?",
    ];

    private static readonly string[] QuestionsOnAnyFolder =
    [
        "How is it installed and configured?",
        "Under which license may it be copied and distributed?",
        "Where should bugs be reported?",
    ];

    /// <summary>Finds the folder that was named, or the repository's documents and sources if none was.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder; the message says what to give instead.</exception>
    public static Corpus Find(string? folder)
    {
        if (folder is null)
        {
            return FindRepository();
        }

        if (Directory.Exists(folder))
        {
            var path = Path.GetFullPath(folder);
            return new Corpus(path, [path], QuestionsOnAnyFolder);
        }

        var problem = File.Exists(folder) ? "is a file, not a folder" : "does not exist";
        throw new DirectoryNotFoundException(
            $"The argument 'folder' is \"{folder}\", which {problem}. Give the path of a folder, or none for the repository's own documents.");
    }

    /// <summary>How a path is shown: below the root without the root.</summary>
    public string NameOf(string path)
    {
        var relative = Path.GetRelativePath(Root, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? Path.GetFileName(path) : relative;
    }

    private static Corpus FindRepository()
    {
        var root = Ancestors(AppContext.BaseDirectory).Concat(Ancestors(Environment.CurrentDirectory))
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, RepositoryMark)));
        return root is null
            ? throw new DirectoryNotFoundException(
                "The argument 'folder' was not given, and there is no repository around the program or the current directory. Give the path of a folder.")
            : new Corpus(root, [Path.Combine(root, "docs"), Path.Combine(root, "src")], QuestionsOnTheRepository);
    }

    private static IEnumerable<string> Ancestors(string folder)
    {
        for (var current = new DirectoryInfo(folder); current is not null; current = current.Parent)
        {
            yield return current.FullName;
        }
    }
}
