using Microsoft.Extensions.DependencyInjection;
using Pipeline.Backends;
using Pipeline.Queues;
using Pipeline.Steps;
using Pipeline.Workers;

var greeted = new List<string>();
var services = new ServiceCollection();
services.AddPipeline()
    .AddStep<string, int>("length", (text, _, _) => ValueTask.FromResult(text.Length))
    .AddQueue<string>("greetings")
    .AddChain<string>("greet", chain => chain.Then("greet", (name, _, _) =>
    {
        greeted.Add($"hello {name}");
        return ChainResult.Continue(name);
    }))
    .AddWorker("greetings", chain: "greet", worker => worker.Concurrency = 1);
await using var provider = services.BuildServiceProvider();
await provider.StartPipelineAsync();

await provider.GetRequiredService<IQueue<string>>().EnqueueAsync("queue");
await provider.GetRequiredKeyedService<QueueWorker>("greetings").RunUntilIdleAsync();
var length = await provider.GetRequiredService<IStepRunner<string, int>>().RunAsync(greeted[0]);
Console.WriteLine($"Outside the repository: {greeted[0]}, {length.Value} characters");

// No server listens there; the client runs all the same.
var remote = new ServiceCollection();
remote.AddPipeline().AddQueue("greetings").UseRedis("127.0.0.1:1");
await using var away = remote.BuildServiceProvider();
try
{
    await away.GetRequiredService<IQueueProvider>().GetQueue("greetings").GetStatsAsync();
}
catch (BackendUnavailableException exception)
{
    Console.WriteLine($"On {exception.Backend}: {exception.GetType().Name}");
}
