using FluentAssertions;
using Pipeline.ArchitectureTests.Dependencies;
using Pipeline.ArchitectureTests.Repository;
using Xunit;

namespace Pipeline.ArchitectureTests.PublicApi;

/// <summary>The public API of each package, as accepted in <c>PublicApi/&lt;package&gt;.txt</c>.</summary>
/// <remarks>After a change that is meant, run the tests once with <c>PIPELINE_ACCEPT_API=1</c>, and review and commit the files.</remarks>
public sealed class PublicApiTests
{
    private const string AcceptVariable = "PIPELINE_ACCEPT_API";

    public static TheoryData<string> Packages => [.. PackageRule.Table.Select(rule => rule.Name)];

    [Theory]
    [MemberData(nameof(Packages))]
    public void The_public_api_is_the_accepted_one(string package)
    {
        var path = RepositoryFiles.FullPath($"tests/Pipeline.ArchitectureTests/PublicApi/{package}.txt");
        var actual = ApiPrinter.Print(PackageRule.Table.Single(rule => string.Equals(rule.Name, package, StringComparison.Ordinal)).Load());
        if (Environment.GetEnvironmentVariable(AcceptVariable) is "1")
        {
            File.WriteAllText(path, actual);
        }

        var accepted = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        if (!string.Equals(actual, accepted, StringComparison.Ordinal))
        {
            Assert.Fail(
                $"The public API of {package} is not the accepted one:\n\n{ApiDifference.Between(accepted, actual)}\n\n" +
                $"If this is meant: {AcceptVariable}=1 dotnet test tests/Pipeline.ArchitectureTests, then commit PublicApi/{package}.txt.");
        }
    }

    [Fact]
    public void A_difference_names_the_type_and_the_line() =>
        ApiDifference.Between("public class A\n    public int B { get; }\n", "public class A\n    public long B { get; }\n")
            .Should().Be("  public class A\n    - public int B { get; }\n    + public long B { get; }");
}
