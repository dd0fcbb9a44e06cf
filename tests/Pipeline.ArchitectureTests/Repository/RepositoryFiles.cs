using System.Reflection;

namespace Pipeline.ArchitectureTests.Repository;

/// <summary>Finds the files of the repository: what a person wrote, never what a build made.</summary>
internal static class RepositoryFiles
{
    private static readonly string[] MadeByTools = [".git", "artifacts", "bin", "obj", "TestResults", "BenchmarkDotNet.Artifacts"];

    /// <summary>The folders whose code is held to the rules.</summary>
    public static readonly string[] CodeFolders = ["src", "tests", "samples", "benchmarks"];

    /// <summary>The root, written into this assembly by the build, since deterministic builds hide it from the compiler.</summary>
    public static string Root { get; } = typeof(RepositoryFiles).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => string.Equals(attribute.Key, "RepositoryRoot", StringComparison.Ordinal)).Value!;

    public static string FullPath(string relativePath) => Path.Combine(Root, relativePath);

    /// <summary>Returns the paths, relative to the root and with forward slashes, of all files below some folders.</summary>
    public static IEnumerable<string> Find(string pattern, params string[] folders) =>
        folders.Select(FullPath)
            .Where(Directory.Exists)
            .SelectMany(folder => Walk(new DirectoryInfo(folder), pattern))
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    public static IEnumerable<SourceFile> Read(string pattern, params string[] folders) =>
        Find(pattern, folders).Select(path => new SourceFile(path, File.ReadAllText(FullPath(path))));

    private static IEnumerable<string> Walk(DirectoryInfo folder, string pattern) =>
        folder.EnumerateFiles(pattern).Select(file => file.FullName).Concat(
            folder.EnumerateDirectories()
                .Where(child => !MadeByTools.Contains(child.Name, StringComparer.Ordinal))
                .SelectMany(child => Walk(child, pattern)));
}
