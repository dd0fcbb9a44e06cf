using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Caching;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.Throughput;
using Pipeline.Throughput.Postgres;
using Pipeline.Throughput.Redis;
using StackExchange.Redis;

if (args is ["vectors", var connectionString])
{
    return await VectorRecall.RunAsync(connectionString);
}

if (args is ["learnings", var learnings])
{
    return await LearningRecall.RunAsync(learnings);
}

if (args is ["postgres", var postgres, ..])
{
    await PostgresRaces.RunAsync(postgres, args.ElementAtOrDefault(2) ?? "", TimeSpan.FromSeconds(double.Parse(args.ElementAtOrDefault(3) ?? "2", CultureInfo.InvariantCulture)));
    return 0;
}

// One run: every piece of work by the bare client and by the suite, in turns, over the same client library against the same server.
if (args.Length == 0)
{
    Console.Error.WriteLine("Give a server that may be filled and is otherwise idle, such as localhost:6379; then, if wanted, a part of the names of what to measure, and the seconds of a round.");
    return 1;
}

var server = args[0];
var filter = args.ElementAtOrDefault(1) ?? "";
var round = TimeSpan.FromSeconds(double.Parse(args.ElementAtOrDefault(2) ?? "1", CultureInfo.InvariantCulture));

var bare = await ConnectionMultiplexer.ConnectAsync(server);
var services = new ServiceCollection();
services.AddPipeline().UseRedis(server).AddQueue(DepthComparison.QueueName).AddQueue("throughput");
await using var provider = services.BuildServiceProvider();
await provider.StartPipelineAsync();

var database = bare.GetDatabase();
var queues = provider.GetRequiredService<IQueueProvider>();
List<Comparison> comparisons =
[
    .. await CacheComparisons.CreateAsync(database, provider.GetRequiredService<ICacheBackend>()),
    .. await LimiterComparisons.CreateAsync(database, bare.GetServer(bare.GetEndPoints()[0]), provider.GetRequiredService<IRateLimiter>()),
    .. await QueueComparisons.CreateAsync(database, queues.GetQueue("throughput")),
];
Race.WriteHeader();
foreach (var comparison in comparisons.Where(one => one.Name.Contains(filter, StringComparison.Ordinal)))
{
    await new Race(round, rounds: 5).RunAsync(comparison);
}

if ("depth".Contains(filter, StringComparison.Ordinal))
{
    await DepthComparison.RunAsync(queues.GetQueue(DepthComparison.QueueName));
}

return 0;
