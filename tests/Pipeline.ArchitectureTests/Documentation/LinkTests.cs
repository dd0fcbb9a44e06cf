using FluentAssertions;
using Pipeline.ArchitectureTests.Repository;
using Xunit;

namespace Pipeline.ArchitectureTests.Documentation;

/// <summary>A link from one document to another leads somewhere.</summary>
public sealed class LinkTests
{
    [Fact]
    public void Every_relative_link_leads_to_a_file_of_the_repository()
    {
        var documents = RepositoryFiles.Read("*.md", ".").ToArray();

        documents.Should().NotBeEmpty();
        documents.SelectMany(document => Links.Broken(document, Exists)).Should().BeEmpty();

        static bool Exists(string path) => Path.Exists(RepositoryFiles.FullPath(path)) && !path.StartsWith("..", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[a](missing.md)")]
    [InlineData("[a](../docs/missing.md#part)")]
    [InlineData("[a]: missing.md")]
    [InlineData("[a](../../outside.md)")]
    public void A_link_that_leads_nowhere_is_found(string text) =>
        Links.Broken(new SourceFile("docs/a.md", text), path => path is "docs/b.md").Should().ContainSingle();

    [Theory]
    [InlineData("[a](b.md)")]
    [InlineData("[a](./b.md#part \"Title\")")]
    [InlineData("[a](../docs/b.md)")]
    [InlineData("[a](#part)")]
    [InlineData("[a](https://example.org/missing.md)")]
    [InlineData("`[a](missing.md)`")]
    [InlineData("```\n[a](missing.md)\n```")]
    public void Any_other_link_is_let_pass(string text) =>
        Links.Broken(new SourceFile("docs/a.md", text), path => path is "docs/b.md").Should().BeEmpty();
}
