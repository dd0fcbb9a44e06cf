using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Learning;
using Pipeline.State;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.DependencyInjection;

/// <summary>What is wrong with another configuration stands in <see cref="BadConfigurationTests"/>.</summary>
public sealed class SuiteConfigurationTests
{
    [Fact]
    public void It_says_what_the_suite_was_given()
    {
        var section = Suite.Configure("Queues:documents:MaxDeliveries", "7");
        var services = new ServiceCollection();
        services.AddPipeline(section);
        services.AddPipeline("docs");
        using var provider = services.BuildServiceProvider();

        provider.GetServices<SuiteConfiguration>().Select(static suite => (suite.Suite, suite.Configuration))
            .Should().Equal(("", section), ("docs", null));
    }

    [Fact]
    public void What_a_start_would_take_is_taken()
    {
        using var provider = Suite.Build(Declare);
        var suite = provider.GetRequiredService<SuiteConfiguration>();

        suite.Check(Suite.ConfigureJson("""
            {
              "Queues": { "documents": { "MaxDeliveries": 7 } }, "Steps": { "count": { "Retry": {} } }, "Chains": { "ingest": { "Enabled": false } },
              "Caching": { "MaxValueBytes": 7 }, "RateLimiting": { "OutageBudget": "00:00:01" }, "Learning": { "SnapshotPath": "never-written" },
              "Telemetry": { "BatchSize": 7 }
            }
            """));

        File.Exists("never-written").Should().BeFalse();
    }

    [Theory]
    [InlineData("Learning:SnapshotPath", "a-file", "*kept by a backend*")]
    [InlineData("Learning:RecordBudget", "-1", "*RecordBudget*")]
    [InlineData("Telemetry:Spill:Directory", "a-folder", "*no telemetry store*")]
    [InlineData("Telemetry:BatchSize", "0", "*BatchSize is 0*")]
    [InlineData("Queues:documents:Capacity", "0", "*Capacity is 0*")]
    public void What_contradicts_the_code_is_refused_as_at_start(string path, string value, string message)
    {
        using var provider = Suite.Build(static builder =>
        {
            Declare(builder);
            builder.SetRole<ILearningStore>("the test", static _ => new InMemoryLearningStore(TimeProvider.System));
        });
        var suite = provider.GetRequiredService<SuiteConfiguration>();

        var act = () => suite.Check(Suite.Configure(path, value));

        act.Should().Throw<Exception>().WithMessage(message);
    }

    [Fact]
    public void What_the_code_says_wins_in_another_configuration_too()
    {
        using var provider = Suite.Build(static builder => builder.AddQueue("documents", static queue => queue.MaxDeliveries = 3));

        var act = () => provider.GetRequiredService<SuiteConfiguration>().Check(Suite.Configure("Queues:documents:MaxDeliveries", "0"));

        act.Should().NotThrow();
    }

    [Theory]
    [InlineData("Chains:ingest:Enabled", true)]
    [InlineData("chains:INGEST:timeout", true)]
    [InlineData("Chains:ingests:Enabled", false)]
    [InlineData("Chains:ingest", false)]
    [InlineData("Steps:count:TotalTimeout", false)]
    [InlineData("Caching:MaxValueBytes", false)]
    public void It_says_what_counts_while_the_application_runs(string setting, bool expected)
    {
        using var provider = Suite.Build(Declare);

        provider.GetRequiredService<SuiteConfiguration>().IsFollowed(setting).Should().Be(expected);
    }

    private static void Declare(IPipelineBuilder builder) => builder
        .AddQueue("documents")
        .AddStep<int, int>("count", static (value, _, _) => new(value))
        .AddChain<int>("ingest", static chain => chain.Then("pass", static (item, _, _) => ChainResult.Continue(item)));
}
