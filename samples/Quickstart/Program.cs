using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.Steps;
using Quickstart;
using Quickstart.Answering;
using Quickstart.Display;
using Quickstart.Documents;
using Quickstart.Embedding;
using Quickstart.Ingestion;
using Quickstart.Steps;
using Quickstart.Storage;
using Spectre.Console;

return await CommandLine.RunAsync(args, Terminal.Open());

/// <summary>All that is wired together.</summary>
internal static partial class Program
{
    /// <summary>How many questions a tenant may ask the model in any minute.</summary>
    public const int QuestionsPerTenant = 20;

    public static async Task<QuickstartResult> RunAsync(
        Corpus corpus, IReadOnlyList<string> questions, IAnsiConsole console, CancellationToken cancellationToken)
    {
        await using var services = Wire(console);
        await services.StartPipelineAsync(cancellationToken);
        return await services.GetRequiredService<Tour>().RunAsync(corpus, questions, cancellationToken);
    }

    private static ServiceProvider Wire(IAnsiConsole console)
    {
        var services = new ServiceCollection();
        services.AddPipeline()
            .UseJson(DocumentJson.Default, PromptJson.Default)
            .AddStep<Prompt, string, SimulatedModel>("answer", step => step
                .Cache(TimeSpan.FromHours(1))
                .Limit(RateLimitRule.SlidingWindow(QuestionsPerTenant, TimeSpan.FromMinutes(1)), Partition.Tenant)
                .LimitTokens(RateLimitRule.TokenBucket(200_000, TimeSpan.FromMinutes(1)), Partition.Tenant, SimulatedModel.CountTokens))
            .AddQueue<Document>("documents", queue =>
            {
                queue.Capacity = 256;
                queue.WhenFull = QueueFullMode.Wait;
            })
            .AddChain<Document>("ingest", chain => chain
                .Then<ReadStep>("read").Then<ChunkStep>("chunk").Then<EmbedStep>("embed").Then<StoreStep>("store")
                .Hook<SimulatedFault>())
            .AddWorker("documents", chain: "ingest", worker =>
            {
                worker.Concurrency = Math.Max(4, Environment.ProcessorCount);
                worker.RetryDelay = TimeSpan.FromMilliseconds(200);
            });
        return services
            .AddSingleton<IEmbeddingGenerator<string, Embedding<float>>, FeatureHashingEmbeddingGenerator>()
            .AddSingleton<InMemoryChunkStore>()
            .AddSingleton<Specimens>().AddSingleton<Ingest>().AddSingleton<DeadDocuments>().AddSingleton<Measurements>().AddSingleton<RushHour>().AddSingleton<Tour>()
            .AddSingleton(console)
            .BuildServiceProvider();
    }
}
