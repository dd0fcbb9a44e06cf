using System.Runtime.InteropServices;
using FluentAssertions;
using Microsoft.AspNetCore.Http;
using Pipeline.ArchitectureTests.Repository;
using Xunit;

namespace Pipeline.ArchitectureTests.Dependencies;

/// <summary>Arrows run down only: what the projects say, and what the compiled assemblies do.</summary>
public sealed class DependencyTests
{
    public static TheoryData<string> Packages => [.. PackageRule.Table.Select(rule => rule.Name)];

    [Fact]
    public void The_table_names_exactly_the_production_projects() =>
        Production().Select(project => project.Name).Should().BeEquivalentTo(PackageRule.Table.Select(rule => rule.Name));

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_project_references_only_what_the_table_allows(string name)
    {
        var (rule, project) = (Rule(name), Production().Single(project => string.Equals(project.Name, name, StringComparison.Ordinal)));

        project.Projects.Should().BeSubsetOf(rule.Projects);
        project.Packages.Should().BeSubsetOf(rule.Packages);
        project.Frameworks.Should().BeSubsetOf(rule.Frameworks);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void An_assembly_references_only_what_the_table_allows(string name)
    {
        var rule = Rule(name);
        string[] allowed = [.. rule.Projects, .. rule.Packages, .. rule.Closure];

        rule.Load().GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(reference => !IsInFramework(reference, rule))
            .Should().BeSubsetOf(allowed);
    }

    [Fact]
    public void The_conformance_suite_brings_only_the_protocols_and_what_xunit_needs()
    {
        var suite = ProjectFile.All.Single(project => project.Name is "Pipeline.ConformanceTests");

        suite.Projects.Should().BeEquivalentTo("Pipeline.Abstractions");
        suite.Packages.Should().BeSubsetOf(["xunit.assert", "xunit.extensibility.core"]);
    }

    [Fact]
    public void Internals_are_open_to_tests_and_benchmarks_only() =>
        ProjectFile.All.SelectMany(project => project.Friends)
            .Should().BeSubsetOf(ProjectFile.All.Where(project => project.IsTest || project.IsBenchmark).Select(project => project.Name));

    [Fact]
    public void The_framework_check_tells_the_base_from_the_web()
    {
        IsInFramework("System.Threading.Channels", Rule("Pipeline.Core")).Should().BeTrue();
        IsInFramework("Microsoft.AspNetCore.Http.Abstractions", Rule("Pipeline.Core")).Should().BeFalse();
        IsInFramework("Microsoft.AspNetCore.Http.Abstractions", Rule("Pipeline.AspNetCore")).Should().BeTrue();
        IsInFramework("Npgsql", Rule("Pipeline.AspNetCore")).Should().BeFalse();
    }

    private static IEnumerable<ProjectFile> Production() => ProjectFile.All.Where(project => project.IsProduction);

    private static PackageRule Rule(string name) => PackageRule.Table.Single(rule => string.Equals(rule.Name, name, StringComparison.Ordinal));

    private static bool IsInFramework(string assembly, PackageRule rule)
    {
        var web = Path.GetDirectoryName(typeof(IHttpContextAccessor).Assembly.Location)!;
        return Holds(RuntimeEnvironment.GetRuntimeDirectory(), assembly) || (rule.Frameworks.Length > 0 && Holds(web, assembly));
    }

    private static bool Holds(string folder, string assembly) => File.Exists(Path.Combine(folder, assembly + ".dll"));
}
