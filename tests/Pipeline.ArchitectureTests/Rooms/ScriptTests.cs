using System.Reflection;
using FluentAssertions;
using Pipeline.ArchitectureTests.Repository;
using Xunit;

namespace Pipeline.ArchitectureTests.Rooms;

/// <summary>Every embedded script says how to call it.</summary>
public sealed class ScriptTests
{
    [Theory]
    [InlineData("*.lua")]
    [InlineData("*.sql")]
    public void Every_script_has_a_header_and_is_embedded(string pattern) =>
        RepositoryFiles.Read(pattern, "src")
            .SelectMany(script => ScriptRules.Problems(script, Assembly.Load(script.Path.Split('/')[1]).GetManifestResourceNames()))
            .Should().BeEmpty();

    [Theory]
    [InlineData("src/P/Queues/receive.lua", "return 1", "no comment")]
    [InlineData("src/P/Queues/receive.lua", "-- Keys: the queue\n-- Arguments: none\nreturn 1", "reply")]
    [InlineData("src/P/Queues/receive.sql", "-- Gives one.\nselect 1", "reply")]
    [InlineData("src/P/Queues/receive.sql", "-- Reply: one row\nselect $1", "$1")]
    [InlineData("src/P/Migrations/001_queue.sql", "create table q ()", "no comment")]
    [InlineData("src/P/Queues/complete.lua", "-- Keys: the queue\n-- Arguments: none\n-- Reply: 1\nreturn 1", "not embedded")]
    public void A_script_that_breaks_a_rule_is_found(string path, string text, string problem) =>
        ScriptRules.Problems(new SourceFile(path, text), ["receive.lua", "receive.sql", "001_queue.sql"])
            .Should().Contain(found => found.Contains(problem, StringComparison.Ordinal));

    [Theory]
    [InlineData("src/P/Queues/receive.lua", "-- Keys: the queue\n-- Arguments: none\n-- Reply: 1\nreturn 1")]
    [InlineData("src/P/Migrations/001_queue.sql", "-- Makes the queue's table.\ncreate table q ()")]
    public void A_script_that_keeps_the_rules_is_let_pass(string path, string text) =>
        ScriptRules.Problems(new SourceFile(path, text), ["P.Queues.receive.lua", "P.Migrations.001_queue.sql"]).Should().BeEmpty();
}
