using FluentAssertions;
using Pipeline.ArchitectureTests.Repository;
using Xunit;

namespace Pipeline.ArchitectureTests.Rooms;

/// <summary>One type a file, named after it, short enough to read in one go.</summary>
public sealed class FileTests
{
    private const string Extensions = "\n\npublic static class AExtensions\n{\n    public static IB UseA(this IB app) => app;\n}\n";

    [Fact]
    public void Every_source_file_keeps_the_rules_of_the_house()
    {
        var files = RepositoryFiles.Read("*.cs", RepositoryFiles.CodeFolders).ToArray();

        files.Should().NotBeEmpty();
        files.SelectMany(FileRules.Problems).Should().BeEmpty();
    }

    [Theory]
    [InlineData("src/P/Queues/A.cs", "public sealed class B;", "one name")]
    [InlineData("src/P/Queues/A.cs", "public sealed class A;\npublic enum B { }", "2 types")]
    [InlineData("src/P/Queues/A.Topic.cs", "public sealed class A;", "one name")]
    [InlineData("src/P/Queues/AOfT.cs", "public sealed class A;", "one name")]
    [InlineData("src/P/Queues/A.cs", "[Flags] internal readonly record struct B(int C);", "one name")]
    [InlineData("src/P/Queues/A.cs", "public delegate ValueTask<B> C<in T>(T value);", "one name")]
    [InlineData("src/P/Pipeline.cs", "internal static class Pipeline;", "hides the namespace")]
    [InlineData("src/P/Queues/A.cs", "    #region Fields", "#region")]
    [InlineData("src/P/Queues/A.cs", "namespace Pipeline.Caching;", "its room is Pipeline.Queues")]
    [InlineData("src/Pipeline.AspNetCore/Queues/AExtensions.cs", $"namespace Pipeline.Caching;{Extensions}", "its room is Pipeline.Queues")]
    [InlineData("src/Pipeline.AspNetCore/Queues/AExtensions.cs", $"namespace Microsoft.AspNetCore.Http;{Extensions}", "its room is Pipeline.Queues")]
    [InlineData("src/Pipeline.AspNetCore/Queues/A.cs", "namespace Microsoft.AspNetCore.Builder;\n\npublic sealed class A;", "its room is Pipeline.Queues")]
    [InlineData("src/Pipeline.AspNetCore/Queues/AExtensions.cs", "namespace Microsoft.AspNetCore.Builder;\n\npublic static class AExtensions;", "its room is Pipeline.Queues")]
    [InlineData("src/Pipeline.Core/Queues/AExtensions.cs", $"namespace Microsoft.Extensions.DependencyInjection;{Extensions}", "its room is Pipeline.Queues")]
    [InlineData("tests/P/Program.cs", "class A;\nclass B;", "2 types")]
    public void A_file_that_breaks_a_rule_is_found(string path, string text, string problem) =>
        FileRules.Problems(new SourceFile(path, text)).Should().Contain(found => found.Contains(problem, StringComparison.Ordinal));

    [Theory]
    [InlineData("src/P/Queues/A.cs", "namespace Pipeline.Queues;\n\npublic sealed class A\n{\n    private sealed class B;\n}\n")]
    [InlineData("src/P/Queues/A.Topic.cs", "internal sealed partial class A;")]
    [InlineData("src/P/Queues/IAOfT.cs", "public interface IA<T>;")]
    [InlineData("src/P/DependencyInjection/A.cs", "namespace Microsoft.Extensions.DependencyInjection;")]
    [InlineData("src/Pipeline.AspNetCore/Queues/AExtensions.cs", $"namespace Microsoft.AspNetCore.Builder;{Extensions}")]
    [InlineData("src/Pipeline.AspNetCore/Queues/Parts/AExtensions.cs", $"namespace Microsoft.Extensions.DependencyInjection;{Extensions}")]
    [InlineData("samples/P/Program.cs", "class A;\nclass B;")]
    public void A_file_that_keeps_the_rules_is_let_pass(string path, string text) =>
        FileRules.Problems(new SourceFile(path, text)).Should().BeEmpty();

    [Fact]
    public void A_file_may_have_300_lines_and_no_more()
    {
        FileRules.Problems(FileOf(FileRules.MaxLines)).Should().BeEmpty();
        FileRules.Problems(FileOf(FileRules.MaxLines + 1)).Should().ContainSingle();

        static SourceFile FileOf(int lines) => new("src/P/A.cs", string.Concat(Enumerable.Repeat("//\n", lines)));
    }
}
