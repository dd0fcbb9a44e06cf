using System.Text.Json;
using Pipeline.ArchitectureTests.Repository;
using Xunit;

namespace Pipeline.ArchitectureTests.Packages;

/// <summary>
/// Packs every package under a version of its own into the repository's local feed, and takes all traces of it away at the end.
/// </summary>
/// <remarks>All that is built goes to a temporary folder: the repository's own output may be running these tests.</remarks>
public sealed class PackedSuite : IAsyncLifetime
{
    private readonly string _suffix = $"test.{Guid.NewGuid():N}";
    private readonly HashSet<string> _packageFolders = new(StringComparer.Ordinal);

    /// <summary>Gets the projects that become packages.</summary>
    internal static IReadOnlyList<ProjectFile> Projects { get; } = [.. ProjectFile.All.Where(project => project.IsPackable)];

    /// <summary>Gets the version that all packages bear.</summary>
    public string Version { get; private set; } = "";

    /// <summary>Gets a folder outside the repository.</summary>
    public string TemporaryFolder { get; } = Directory.CreateTempSubdirectory("pipeline-packages-").FullName;

    private static string Feed => RepositoryFiles.FullPath("eng/feed");

    /// <summary>Packs the suite as a release build on a build server would.</summary>
    public async Task InitializeAsync()
    {
        var filter = Path.Combine(TemporaryFolder, "packages.slnf");
        await File.WriteAllTextAsync(filter, JsonSerializer.Serialize(new
        {
            solution = new { path = RepositoryFiles.FullPath("Pipeline.sln"), projects = Projects.Select(project => project.Path) },
        }));
        await DotNet.RunAsync(
            RepositoryFiles.Root,
            "pack", filter,
            "--configuration", "Release",
            "--artifacts-path", Path.Combine(TemporaryFolder, "artifacts"),
            $"-property:PackageOutputPath={Feed}",
            $"-property:VersionSuffix={_suffix}",
            "-property:ContinuousIntegrationBuild=true");
        await PackReleaseOfRedisAsync();
        Version = Directory.GetFiles(Feed, $"Pipeline.Core.*-{_suffix}.nupkg")
            .Select(path => Path.GetFileNameWithoutExtension(path)["Pipeline.Core.".Length..])
            .Single();
    }

    /// <summary>Returns the path of a package in the feed, whether it is there or not.</summary>
    internal string PathOf(ProjectFile project, string extension) => Path.Combine(Feed, $"{project.Name}.{Version}.{extension}");

    /// <summary>Gets the path of Pipeline.Redis as a release packs it, for the Redis client that applications bring.</summary>
    internal string ReleaseOfRedis => Path.Combine(ReleaseFolder, $"Pipeline.Redis.{Version}.nupkg");

    private string ReleaseFolder => Path.Combine(TemporaryFolder, "release");

    /// <summary>Copies the outside application out of the repository, builds it against the packages, and runs it.</summary>
    /// <returns>What it prints.</returns>
    public async Task<string> RunOutsideAppAsync()
    {
        var folder = await RestoreOutsideAppAsync("OutsideApp");
        await DotNet.RunAsync(folder, "build", "--no-restore", "--output", "out", $"-property:PipelineVersion={Version}");
        return await DotNet.RunAsync(folder, Path.Combine("out", "OutsideApp.dll"));
    }

    /// <summary>Compiles an outside application that brings a Redis client of its own, once against each.</summary>
    /// <param name="redis">The assembly of Pipeline.Redis.</param>
    /// <param name="clients">The paths of the clients.</param>
    public async Task CompileOutsideRedisAppAsync(byte[] redis, IEnumerable<string> clients)
    {
        var folder = await RestoreOutsideAppAsync("OutsideRedisApp");
        await File.WriteAllBytesAsync(Path.Combine(folder, "Pipeline.Redis.dll"), redis);
        await DotNet.RunAsync(
            folder, "msbuild", "-target:CompileAgainstEach", $"-property:PipelineVersion={Version}", $"-property:Clients={string.Join('|', clients)}");
    }

    /// <summary>Takes the packages out of the feed and out of the machine's cache of packages.</summary>
    public Task DisposeAsync()
    {
        foreach (var package in Directory.GetFiles(Feed, $"*-{_suffix}.*nupkg"))
        {
            File.Delete(package);
        }

        foreach (var unpacked in _packageFolders.SelectMany(folder => Directory.GetDirectories(folder, "pipeline.*")).ToArray())
        {
            DeleteUnpacked(unpacked);
        }

        Directory.Delete(TemporaryFolder, recursive: true);
        return Task.CompletedTask;
    }

    private async Task<string> RestoreOutsideAppAsync(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(TemporaryFolder, name)).FullName;
        foreach (var source in Directory.GetFiles(RepositoryFiles.FullPath("tests/Pipeline.ArchitectureTests/Packages/" + name)))
        {
            File.Copy(source, Path.Combine(folder, Path.GetFileName(source)));
        }

        await File.WriteAllTextAsync(
            Path.Combine(folder, "nuget.config"),
            $"""<configuration><packageSources><add key="pipeline-local-feed" value="{Feed}" /></packageSources></configuration>""");
        await DotNet.RunAsync(folder, "restore", $"-property:PipelineVersion={Version}");
        await RememberPackageFoldersAsync(Path.Combine(folder, "obj", "project.assets.json"));
        return folder;
    }

    /// <summary>Packs Pipeline.Redis once more, as a release. It has been analysed, so that it is only compiled here.</summary>
    private Task<string> PackReleaseOfRedisAsync() => DotNet.RunAsync(
        RepositoryFiles.Root,
        "pack", "src/Pipeline.Redis",
        "--configuration", "Release",
        "--artifacts-path", Path.Combine(TemporaryFolder, "artifacts"),
        "-property:PipelineRelease=true",
        "-property:RunAnalyzers=false",
        $"-property:PackageOutputPath={ReleaseFolder}",
        $"-property:VersionSuffix={_suffix}",
        "-property:ContinuousIntegrationBuild=true");

    private void DeleteUnpacked(string folder)
    {
        foreach (var version in Directory.GetDirectories(folder, $"*-{_suffix}"))
        {
            Directory.Delete(version, recursive: true);
        }

        if (!Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }

    private async Task RememberPackageFoldersAsync(string assets)
    {
        await using var stream = File.OpenRead(assets);
        using var document = await JsonDocument.ParseAsync(stream);
        _packageFolders.UnionWith(document.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name));
    }
}
