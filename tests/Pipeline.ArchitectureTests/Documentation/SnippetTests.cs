using FluentAssertions;
using Pipeline.ArchitectureTests.Repository;
using Xunit;

namespace Pipeline.ArchitectureTests.Documentation;

/// <summary>What the documents show is what was compiled.</summary>
public sealed class SnippetTests
{
    private static readonly SourceFile[] Sources = [new("samples/Snippets/Sample.cs", "{\n    // snippet: wait\n    if (x)\n        Wait();\n\n    // end snippet\n}")];

    [Fact]
    public void Every_block_of_code_in_a_readme_is_a_compiled_snippet()
    {
        var compiled = Snippets.Compiled(RepositoryFiles.Read("*.cs", "samples/Snippets"));

        compiled.Should().NotBeEmpty();
        RepositoryFiles.Read("*.md", ".")
            .SelectMany(document => Snippets.Problems(document, compiled, IsReadmeOfPackage(document)))
            .Should().BeEmpty();
    }

    [Theory]
    [InlineData("```csharp\nvar x = 1;\n```", "README.md:1: write <!-- snippet: name -->")]
    [InlineData("<!-- snippet: go -->\n```csharp\nGo();\n```", "README.md:2: samples/Snippets has no snippet named go")]
    [InlineData("<!-- snippet: wait -->\n\n```csharp\nif (x)\n    Wait(1);\n```", "README.md:3: differs")]
    public void A_block_that_is_no_compiled_snippet_is_found(string text, string problem) =>
        Snippets.Problems(new SourceFile("README.md", text), Snippets.Compiled(Sources), allMarked: true)
            .Should().ContainSingle().Which.Should().StartWith(problem);

    [Fact]
    public void A_block_that_is_a_compiled_snippet_is_let_pass() =>
        Snippets.Problems(
            new SourceFile("README.md", "Text.\n\n<!-- snippet: wait -->\n```csharp\nif (x)\n    Wait();\n\n```\nMore.\n"),
            Snippets.Compiled(Sources),
            allMarked: true).Should().BeEmpty();

    private static bool IsReadmeOfPackage(SourceFile document) =>
        document.Path is "README.md" || (document.Name is "README.md" && document.Path.StartsWith("src/", StringComparison.Ordinal));
}
