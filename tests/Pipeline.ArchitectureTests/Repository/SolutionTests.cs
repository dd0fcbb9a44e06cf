using FluentAssertions;
using Xunit;

namespace Pipeline.ArchitectureTests.Repository;

/// <summary>What is outside the solution is neither built nor tested; what has no README is packed without one.</summary>
public sealed class SolutionTests
{
    private static readonly SourceFile Solution = RepositoryFiles.Read("Pipeline.sln", ".").Single();

    public static TheoryData<string> Projects => [.. ProjectFile.All.Select(project => project.Path)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_stands_in_the_solution_below_the_folder_that_it_is_in(string path)
    {
        var project = IdOf(path.Replace('/', '\\'));
        var folder = IdOf(path.Split('/')[0]);

        project.Should().NotBeNull($"Pipeline.sln lists every project; add it with: dotnet sln add {path} --solution-folder {path.Split('/')[0]}");
        Solution.Text.Should().Contain($"{project} = {folder}");
    }

    [Fact]
    public void Every_package_has_a_readme() =>
        ProjectFile.All.Where(project => project.IsPackable)
            .Select(project => Path.Combine(Path.GetDirectoryName(project.Path)!, "README.md"))
            .Where(readme => !File.Exists(RepositoryFiles.FullPath(readme)))
            .Should().BeEmpty();

    [Fact]
    public void The_compiler_asks_for_documentation_of_every_public_member()
    {
        var settings = RepositoryFiles.Read("*", "src").Concat(RepositoryFiles.Read("*.editorconfig", ".")).Concat(RepositoryFiles.Read("Directory.*", "."));

        settings.Where(file => file.Text.Contains("1591", StringComparison.Ordinal)).Select(file => file.Path)
            .Should().BeEmpty("nothing may silence CS1591");
        ProjectFile.All.Where(project => project.IsProduction)
            .Select(project => Path.Combine(AppContext.BaseDirectory, project.Name + ".xml"))
            .Should().AllSatisfy(documentation => File.Exists(documentation).Should().BeTrue($"{documentation} is written when the compiler checks it"));
    }

    /// <summary>Finds the id of the solution's entry that is a project of that path or a folder of that name.</summary>
    private static string? IdOf(string pathOrFolder) =>
        Solution.Lines.Where(line => line.StartsWith("Project(", StringComparison.Ordinal))
            .Select(line => line.Split('"'))
            .Where(parts => string.Equals(parts[5], pathOrFolder, StringComparison.Ordinal))
            .Select(parts => parts[7])
            .FirstOrDefault();
}
