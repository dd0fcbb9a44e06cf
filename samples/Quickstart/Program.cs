using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Quickstart;
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
            .UseJson(DocumentJson.Default)
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
            .AddSingleton<Specimens>().AddSingleton<Ingest>().AddSingleton<DeadDocuments>().AddSingleton<Measurements>().AddSingleton<Tour>()
            .AddSingleton(console)
            .BuildServiceProvider();
    }
}
