using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Pipeline.Steps;
using Pipeline.Workers;

var services = new ServiceCollection();
services.AddPipeline()
    .AddStep<string, int>("count", CountWords, step => step.Timeout(total: TimeSpan.FromSeconds(5)).Retry(maxRetryAttempts: 2))
    .AddQueue<string>("texts")
    .AddChain<string>("print", chain => chain
        .ThenStep<string, int>("count", map: text => text, merge: (text, count) => $"{count} words: {text}")
        .Then("print", Print))
    .AddWorker("texts", chain: "print");
await using var provider = services.BuildServiceProvider();
await provider.StartPipelineAsync();

// A step by itself: what it asked for stands around the call.
var result = await provider.GetRequiredService<IStepRunner<string, int>>().RunAsync("the first attempt at this fails");
Console.WriteLine($"{result.Value} words, counted in {result.Attempts} attempts, {result.Duration.TotalSeconds:0.0} s");

// The same step in a chain, over what is in a queue.
var texts = provider.GetRequiredService<IQueue<string>>();
await texts.EnqueueBatchAsync(["to be or not to be", "all the world's a stage", "brevity is the soul of wit"]);
await provider.GetRequiredKeyedService<QueueWorker>("texts").RunUntilIdleAsync();
var stats = await texts.Untyped.GetStatsAsync();
Console.WriteLine($"{stats.TotalCompleted} of {stats.TotalEnqueued} messages done, {stats.Dead} dead letters");

static ValueTask<int> CountWords(string text, StepContext context, CancellationToken cancellationToken) =>
    text.StartsWith("the first", StringComparison.Ordinal) && context.Attempt == 1 ? throw new IOException("not yet") : new(text.Split(' ').Length);

static ValueTask<ChainResult<string>> Print(string line, ChainContext context, CancellationToken cancellationToken)
{
    Console.WriteLine(line);
    return ChainResult.Continue(line);
}
