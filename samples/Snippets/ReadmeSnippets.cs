using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.Steps;
using Pipeline.Workers;

namespace Snippets;

internal static class ReadmeSnippets
{
    public static async Task<string> RegisterAndCallAsync(IServiceCollection services, IModel model)
    {
        // snippet: readme
        services.AddPipeline()
            .AddStep<string, string>("answer", (question, step, ct) => model.AskAsync(question, ct), step => step
                .Cache(TimeSpan.FromHours(1))
                .Limit(RateLimitRule.SlidingWindow(100, TimeSpan.FromMinutes(1)), Partition.Tenant)
                .Timeout(TimeSpan.FromSeconds(30)).Retry(3))
            .AddQueue<Document>("documents")
            .AddChain<Document>("ingest", chain => chain.Then<Extract>().Then<Store>())
            .AddWorker("documents", chain: "ingest", worker => worker.Concurrency = 8);
        await using var provider = services.BuildServiceProvider();

        var answer = await provider.GetRequiredService<IStepRunner<string, string>>().RunAsync("What is a lease?");
        await provider.GetRequiredService<IQueue<Document>>().EnqueueAsync(new Document("report.pdf"));
        await provider.GetRequiredKeyedService<QueueWorker>("documents").RunUntilIdleAsync();
        // end snippet
        return answer.Value;
    }
}
