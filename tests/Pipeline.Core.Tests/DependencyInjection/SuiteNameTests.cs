using System.Collections.Concurrent;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Pipeline.Steps;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.DependencyInjection;

public sealed class SuiteNameTests
{
    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Suites_with_the_same_declarations_do_not_mix()
    {
        var stored = new ConcurrentQueue<string>();
        var services = new ServiceCollection();
        Declare(services.AddPipeline(Suite.Configure("Queues:documents:MaxDeliveries", "1")), "main", stored);
        Declare(services.AddPipeline("red", Suite.Configure("Queues:documents:MaxDeliveries", "2")), "red", stored);
        Declare(services.AddPipeline("blue"), "blue", stored);
        await using var provider = services.BuildServiceProvider();
        await provider.StartPipelineAsync();

        await provider.GetRequiredService<IQueue<Document>>().EnqueueAsync(new Document("a"));
        await provider.GetRequiredKeyedService<IQueue<Document>>("red").EnqueueAsync(new Document("b"));
        await provider.GetRequiredKeyedService<IQueue<Document>>("red").EnqueueAsync(new Document("c"));

        (await DepthAsync(provider, "documents")).Should().Be(1);
        (await DepthAsync(provider, "red/documents")).Should().Be(2);
        (await DepthAsync(provider, "blue/documents")).Should().Be(0);
        await provider.GetRequiredKeyedService<QueueWorker>("red/documents").RunUntilIdleAsync();
        stored.Should().BeEquivalentTo("red b", "red c");
        (await DepthAsync(provider, "red/results")).Should().Be(2, "follow-ups stay in their suite");
        (await DepthAsync(provider, "results")).Should().Be(0);
        (await DepthAsync(provider, "documents")).Should().Be(1);
        MaxDeliveriesOf(provider, "documents").Should().Be(1);
        MaxDeliveriesOf(provider, "red/documents").Should().Be(2);
        MaxDeliveriesOf(provider, "blue/documents").Should().Be(5);
        provider.GetRequiredKeyedService<IQueueProvider>("red").Should().NotBeSameAs(provider.GetRequiredKeyedService<IQueueProvider>("blue"));
        provider.GetRequiredKeyedService<Chain<Document>>("red").Should().BeSameAs(provider.GetRequiredKeyedService<Chain<Document>>("red/ingest"));
        provider.GetRequiredKeyedService<IStepRunner<string, string>>("red").Should().NotBeSameAs(provider.GetRequiredService<IStepRunner<string, string>>());
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Names_that_meet_across_suites_are_refused_at_start()
    {
        var services = new ServiceCollection();
        services.AddPipeline().AddQueue("red/documents");
        services.AddPipeline("red").AddQueue("documents");
        await using var provider = services.BuildServiceProvider();

        var act = () => provider.StartPipelineAsync();

        (await act.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*'red/documents'*Queues*two suites*another name*");
    }

    private static void Declare(IPipelineBuilder builder, string suite, ConcurrentQueue<string> stored) => builder
        .AddQueue<Document>("documents")
        .AddQueue("results")
        .AddStep<string, string>("tag", (text, _, _) => new ValueTask<string>($"{suite} {text}"))
        .AddChain<Document>("ingest", chain => chain
            .ThenStep<string, string>("tag", item => item.Name, (item, tagged) => item with { Text = tagged })
            .Then("store", (item, context, _) =>
            {
                stored.Enqueue(item.Text);
                context.FollowUp("results", new QueueMessage(default));
                return new(ChainResult.Continue(item));
            }))
        .AddWorker("documents", "ingest");

    private static int MaxDeliveriesOf(IServiceProvider services, string key) =>
        services.GetRequiredKeyedService<IQueue>(key).Definition.Options.MaxDeliveries;

    private static async Task<long> DepthAsync(IServiceProvider services, string key) =>
        (await services.GetRequiredKeyedService<IQueue>(key).GetStatsAsync()).Depth;
}
