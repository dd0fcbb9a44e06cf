using FluentAssertions;
using Pipeline.ArchitectureTests.Clients;
using Pipeline.ArchitectureTests.Repository;
using StackExchange.Redis;
using Xunit;

namespace Pipeline.ArchitectureTests.Packages;

/// <summary>What a user gets: the packages as they are packed, and an application that knows nothing but them.</summary>
public sealed class PackageTests(PackedSuite suite) : IClassFixture<PackedSuite>
{
    public static TheoryData<string> Packages => [.. PackedSuite.Projects.Select(project => project.Name)];

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_says_what_it_is(string name)
    {
        using var package = Open(name);

        package.Element("version")!.Value.Should().Be(suite.Version);
        package.Element("description")!.Value.Should().NotBeNullOrWhiteSpace().And.NotBe("Package Description");
        package.Element("license")!.Value.Should().Be("MIT");
        package.Element("license")!.Attribute("type")!.Value.Should().Be("expression");
        package.Element("repository")!.Attribute("url")!.Value.Should().StartWith("https://");
        package.Commit.Should().MatchRegex("^[0-9a-f]{40}$", "packages are packed in a clone of the repository");
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_holds_its_own_readme_and_the_documentation_of_its_types(string name)
    {
        using var package = Open(name);

        package.Element("readme")!.Value.Should().Be("README.md");
        package.Read("README.md").Should().Equal(File.ReadAllBytes(RepositoryFiles.FullPath(Path.Combine(Path.GetDirectoryName(Project(name).Path)!, "README.md"))));
        package.Read($"lib/net10.0/{name}.dll").Should().NotBeEmpty();
        package.Read($"lib/net10.0/{name}.xml").Should().NotBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_depends_on_what_its_project_names_and_on_the_suite_in_step(string name)
    {
        using var package = Open(name);
        var dependencies = package.Dependencies.ToArray();

        dependencies.Select(dependency => dependency.Id).Should().BeEquivalentTo(Project(name).Projects.Concat(Project(name).Packages));
        dependencies.Where(dependency => dependency.Id.StartsWith("Pipeline.", StringComparison.Ordinal))
            .Where(dependency => !string.Equals(dependency.Version, suite.Version, StringComparison.Ordinal))
            .Should().BeEmpty("all packages bear one version");
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Symbols_lead_to_the_sources_of_the_commit_and_tell_nothing_of_the_machine(string name)
    {
        using var package = Open(name);
        using var symbolPackage = new Package(suite.PathOf(Project(name), "snupkg"));
        var symbols = new Symbols(symbolPackage.Read($"lib/net10.0/{name}.pdb"));

        symbols.SourceLinks.Should().ContainKey("/_/*").WhoseValue.Should().StartWith("https://").And.EndWith($"/{package.Commit}/*");
        symbols.Documents.Should().NotBeEmpty()
            .And.AllSatisfy(document => document.Path.Should().StartWith("/_/"));
        symbols.Documents.Where(document => !document.IsEmbedded)
            .Select(document => RepositoryFiles.FullPath(document.Path.Replace("/_/", "", StringComparison.Ordinal)))
            .Where(path => !File.Exists(path))
            .Should().BeEmpty("the text of what is not in the repository is in the symbols");
    }

    [Fact]
    public async Task An_application_outside_the_repository_builds_from_the_packages_and_runs() =>
        (await suite.RunOutsideAppAsync()).Should().Be(
            "Outside the repository: hello queue, 11 characters\nOn Redis at 127.0.0.1:1: BackendUnavailableException\n");

    [Fact]
    public void The_repository_packs_Pipeline_Redis_for_the_client_that_it_is_tested_with_and_a_release_for_the_one_that_applications_bring()
    {
        using var package = Open("Pipeline.Redis");
        using var release = new Package(suite.ReleaseOfRedis);

        package.Dependencies.Should().Contain((RedisClient.Name, typeof(IDatabase).Assembly.GetName().Version!.ToString(fieldCount: 3)));
        release.Dependencies.Should().Contain((RedisClient.Name, RedisClient.OfRelease));
        release.Dependencies.Select(dependency => dependency.Id).Should().Equal(package.Dependencies.Select(dependency => dependency.Id));
    }

    [Fact]
    public void A_release_uses_nothing_that_the_newest_client_does_not_have()
    {
        using var release = new Package(suite.ReleaseOfRedis);
        using var assembly = new AssemblyFile(release.Read("lib/net10.0/Pipeline.Redis.dll"));
        using var newest = AssemblyFile.Open(RedisClient.PathOf(RedisClient.Newest));
        var use = new ClientUse(assembly, RedisClient.Name);

        use.Members.Should().NotBeEmpty();
        new ClientVersion(newest).Missing(use).Should().BeEmpty();
    }

    [Fact]
    public async Task An_application_that_brings_a_newer_Redis_client_compiles_against_a_release()
    {
        using var release = new Package(suite.ReleaseOfRedis);

        var compiling = () => suite.CompileOutsideRedisAppAsync(
            release.Read("lib/net10.0/Pipeline.Redis.dll"), [RedisClient.PathOf(RedisClient.OfRelease), RedisClient.PathOf(RedisClient.Newest)]);

        await compiling.Should().NotThrowAsync();
    }

    private static ProjectFile Project(string name) => PackedSuite.Projects.Single(project => string.Equals(project.Name, name, StringComparison.Ordinal));

    private Package Open(string name) => new(suite.PathOf(Project(name), "nupkg"));
}
