namespace Pipeline.ArchitectureTests.Repository;

/// <summary>A text file of the repository.</summary>
/// <param name="Path">Its path, relative to the root, with forward slashes.</param>
/// <param name="Text">What it holds.</param>
internal sealed record SourceFile(string Path, string Text)
{
    /// <summary>The lines; the line break that ends the file begins no further one.</summary>
    public string[] Lines { get; } = Text.TrimEnd('\n').ReplaceLineEndings("\n").Split('\n');

    public string Name => System.IO.Path.GetFileName(Path);

    public string Folder => System.IO.Path.GetDirectoryName(Path)!.Replace('\\', '/');
}
