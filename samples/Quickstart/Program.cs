using System.CommandLine;
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

return await Program.RunAsync(args, Terminal.Open());

/// <summary>The command line, and what is wired together.</summary>
internal static partial class Program
{
    private const int Interrupted = 130;
    private const int UsageError = 2;

    public static Task<int> RunAsync(string[] args, IAnsiConsole console)
    {
        var folder = new Argument<string?>("folder")
        {
            Description = "The folder to ingest. Default: the repository's own docs and sources.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var questions = new Argument<string[]>("question") { Description = "What to ask about it. Default: a prompt at a terminal, else three questions." };
        var command = new RootCommand("Takes a folder of documents through a queue, several workers and a chain, in one process.") { folder, questions };
        command.SetAction(async (line, cancellationToken) =>
        {
            try
            {
                var corpus = Corpus.Find(line.GetValue(folder));
                var result = await RunAsync(corpus, line.GetValue(questions) ?? [], console, cancellationToken);
                return result.IsInterrupted ? Interrupted : 0;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return Interrupted;
            }
            catch (DirectoryNotFoundException e)
            {
                await line.InvocationConfiguration.Error.WriteLineAsync(e.Message);
                return UsageError;
            }
        });

        // Ctrl+C stops the worker, which lets finish what it has begun.
        return command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
    }

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
            .AddQueue<Document>("documents", queue => queue.Schema("document").Options(options =>
            {
                options.Capacity = 256;
                options.WhenFull = QueueFullMode.Wait;
            }))
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
