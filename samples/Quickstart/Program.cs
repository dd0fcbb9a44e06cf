using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.Steps;
using Pipeline.Telemetry;
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

    // PostgreSQL would take vectors and learnings as well; but each process answers from the documents that it has read itself.
    private const PipelineRoles OwnedByAll = PipelineRoles.All & ~(PipelineRoles.Vectors | PipelineRoles.Learning);

    public static async Task<QuickstartResult> RunAsync(
        Corpus corpus, IReadOnlyList<string> questions, IAnsiConsole console, CancellationToken cancellationToken, ModelEndpoint? endpoint = null, SharedServer? server = null)
    {
        await using var services = Wire(console, endpoint, server);
        await services.StartPipelineAsync(cancellationToken);
        await services.GetRequiredService<ChunkStore>().OpenAsync(FeatureHashingEmbeddingGenerator.Dimensions, CancellationToken.None);
        return await services.GetRequiredService<Tour>().RunAsync(corpus, questions, cancellationToken);
    }

    /// <summary>Says what is wrong with what is wired, instead of running it.</summary>
    public static async Task<int> DoctorAsync(string[] args, IAnsiConsole console, SharedServer? server)
    {
        await using var services = Wire(console, endpoint: null, server);
        return await services.RunPipelineDoctorAsync(args, console.Profile.Out.Writer);
    }

    private static ServiceProvider Wire(IAnsiConsole console, ModelEndpoint? endpoint, SharedServer? server)
    {
        var services = new ServiceCollection();
        var pipeline = services.AddPipeline();

        // From one process to a fleet: one of these lines, and nothing else that is wired.
        if (server?.Redis is { } redis)
        {
            pipeline.UseRedis(redis);
        }
        else if (server?.Postgres is { } postgres)
        {
            pipeline.UsePostgres(postgres, OwnedByAll);
        }

        pipeline
            .UseJson(DocumentJson.Default, PromptJson.Default)
            .ConfigurePrices(prices =>
            {
                // Made up for the simulated model; an endpoint's model is not priced here, and counted as such.
                prices.Version = "simulated";
                prices.Models[SimulatedModel.Id] = new() { Input = 2.00m, Output = 8.00m };
            })
            // A service would rather not wait; here the first question comes from a process that has just started, and that is no outage.
            .ConfigureRateLimiting(limits => limits.OutageBudget = TimeSpan.FromSeconds(5))
            .AddStep<Prompt, string, AnswerStep>("answer", step => step
                .Version("1")
                .Cache(TimeSpan.FromHours(1))
                .Limit(RateLimitRule.SlidingWindow(QuestionsPerTenant, TimeSpan.FromMinutes(1)), Partition.Tenant)
                .LimitTokens(RateLimitRule.TokenBucket(200_000, TimeSpan.FromMinutes(1)), Partition.Tenant, Prompt.EstimateTokens)
                .Learn(
                    (prompt, _, context) => Lessons.FindingOf(prompt, context),
                    (record, _, _) => record with { Interventions = [Lessons.Intervention] }))
            .AddQueue<Document>("documents", queue =>
            {
                queue.Capacity = 256;
                queue.WhenFull = QueueFullMode.Wait;
                queue.DeduplicationWindow = SharedRuns.DeduplicationWindow;
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
            .AddSingleton(provider => ModelOf(endpoint, provider.GetRequiredService<TimeProvider>()).UsePipeline(provider))
            .AddSingleton(ModelName.Of(endpoint))
            .AddSingleton(new QueueHome(server?.Name))
            .AddSingleton<ChunkStore>().AddSingleton<Lessons>().AddSingleton<Ledger>().AddSingleton<SharedRuns>()
            .AddSingleton<Specimens>().AddSingleton<Ingest>().AddSingleton<DeadDocuments>().AddSingleton<Measurements>().AddSingleton<RushHour>().AddSingleton<Tour>()
            .AddSingleton(console)
            .BuildServiceProvider();
    }

    private static IChatClient ModelOf(ModelEndpoint? endpoint, TimeProvider time) =>
        endpoint is null ? new SimulatedModel(time) : new ChatEndpoint(endpoint, Environment.GetEnvironmentVariable(CommandLine.KeyVariable));
}
