using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Steps;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.DependencyInjection;

public sealed class ChainReloadTests : IDisposable
{
    private readonly ConfigurationManager _configuration = new() { ["Pipeline:Chains:ingest:Enabled"] = "true" };
    private readonly RecordingLogger _logs = new();

    public void Dispose()
    {
        _configuration.Dispose();
        _logs.Dispose();
    }

    [Theory(Timeout = WorkerHost.TimeLimit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_change_of_the_configuration_reaches_the_chain_whenever_the_suite_got_it(bool isGivenFirst)
    {
        await using var provider = Build(isGivenFirst);
        var chain = provider.GetRequiredService<Chain<Document>>();
        chain.IsEnabled.Should().BeTrue();

        Reload("Enabled", "false");
        chain.IsEnabled.Should().BeFalse();
        var enabled = chain.WaitUntilEnabledAsync();
        enabled.IsCompleted.Should().BeFalse();
        Reload("Enabled", "true");

        await enabled;
        chain.IsEnabled.Should().BeTrue();
        _logs.Entries.Count(entry => entry.Id == 1100).Should().BeGreaterThanOrEqualTo(2);
    }

    [Theory(Timeout = WorkerHost.TimeLimit)]
    [InlineData("Timeout", "-1")]
    [InlineData("Timeout", "soon")]
    [InlineData("Enabled", "perhaps")]
    [InlineData("Enabeld", "true")]
    public async Task An_invalid_change_is_logged_and_the_chain_goes_on_with_what_it_had(string setting, string value)
    {
        await using var provider = Build(isGivenFirst: true);
        var chain = provider.GetRequiredService<Chain<Document>>();

        Reload(setting, value);

        chain.IsEnabled.Should().BeTrue();
        _logs.Entries.Should().Contain(entry => entry.Id == 1101 && entry.Level == LogLevel.Error && entry.Text.Contains("ingest", StringComparison.Ordinal));
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_change_of_what_cannot_change_is_left_aside_even_an_invalid_one()
    {
        await using var provider = Build(isGivenFirst: true);
        await provider.StartPipelineAsync();
        var worker = provider.GetRequiredKeyedService<QueueWorker>("documents");

        _configuration["Pipeline:Workers:documents:Concurrency"] = "eight";
        _configuration["Pipeline:Queues:documents:MaxDeliveries"] = "eight";
        _configuration["Pipeline:Steps:count:MaxQueued"] = "eight";
        var reload = () => ((IConfigurationRoot)_configuration).Reload();

        reload.Should().NotThrow();
        await worker.RunUntilIdleAsync();
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Code_still_wins_after_a_change()
    {
        await using var provider = Build(isGivenFirst: true, chain => chain.Timeout(TimeSpan.FromSeconds(9)));
        var chain = provider.GetRequiredService<Chain<Document>>();

        Reload("Timeout", "00:00:01");

        chain.IsEnabled.Should().BeTrue();
        _logs.Entries.Where(entry => entry.Id == 1100).Should().NotBeEmpty()
            .And.OnlyContain(entry => entry.Text.Contains("Timeout 00:00:09", StringComparison.Ordinal));
    }

    private ServiceProvider Build(bool isGivenFirst, Action<ChainBuilder<Document>>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(_logs);
        var section = _configuration.GetSection("Pipeline");
        services.AddPipeline(isGivenFirst ? section : null)
            .AddQueue<Document>("documents")
            .AddStep<Document, int>("count", (_, _, _) => new ValueTask<int>(1))
            .AddChain<Document>("ingest", chain =>
            {
                configure?.Invoke(chain);
                chain.Then("pass", (item, _, _) => ChainResult.Continue(item));
            })
            .AddWorker("documents", "ingest");
        services.AddPipeline(section);
        return services.BuildServiceProvider();
    }

    private void Reload(string setting, string? value)
    {
        _configuration[$"Pipeline:Chains:ingest:{setting}"] = value;
        ((IConfigurationRoot)_configuration).Reload();
    }
}
