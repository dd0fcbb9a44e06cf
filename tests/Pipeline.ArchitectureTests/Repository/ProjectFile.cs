using System.Xml.Linq;

namespace Pipeline.ArchitectureTests.Repository;

/// <summary>What a project file says about itself and what it depends on.</summary>
internal sealed class ProjectFile
{
    private readonly XElement _project;

    public ProjectFile(SourceFile file)
    {
        Path = file.Path;
        _project = XElement.Parse(file.Text);
    }

    public string Path { get; }

    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    public bool IsProduction => Path.StartsWith("src/", StringComparison.Ordinal);

    public bool IsTest => Path.StartsWith("tests/", StringComparison.Ordinal);

    public bool IsBenchmark => Path.StartsWith("benchmarks/", StringComparison.Ordinal);

    /// <summary>Gets if the project becomes a package: all of <c>src</c>, elsewhere those that say so.</summary>
    public bool IsPackable => IsProduction || _project.Descendants("IsPackable").Any(element => bool.Parse(element.Value));

    /// <summary>The packages that whoever references this project gets too.</summary>
    public IReadOnlyList<string> Packages => [.. Included("PackageReference", element => !IsPrivate(element))];

    public IReadOnlyList<string> Projects =>
        [.. Included("ProjectReference").Select(path => System.IO.Path.GetFileNameWithoutExtension(path.Replace('\\', '/')))];

    public IReadOnlyList<string> Frameworks => [.. Included("FrameworkReference")];

    public IReadOnlyList<string> Friends => [.. Included("InternalsVisibleTo")];

    /// <summary>Every project of the repository but the outside applications, which only the package test builds.</summary>
    public static IReadOnlyList<ProjectFile> All { get; } =
    [
        .. RepositoryFiles.Read("*.csproj", RepositoryFiles.CodeFolders)
            .Where(file => !file.Path.Contains("/Packages/Outside", StringComparison.Ordinal))
            .Select(file => new ProjectFile(file)),
    ];

    public override string ToString() => Path;

    private static bool IsPrivate(XElement reference) =>
        string.Equals((string?)reference.Attribute("PrivateAssets") ?? (string?)reference.Element("PrivateAssets"), "all", StringComparison.OrdinalIgnoreCase);

    private IEnumerable<string> Included(string item, Func<XElement, bool>? filter = null) =>
        _project.Descendants(item)
            .Where(element => filter is null || filter(element))
            .Select(element => (string?)element.Attribute("Include"))
            .OfType<string>();
}
