using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using StackExchange.Redis;

var services = new ServiceCollection();
services.AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect("localhost:6379"));
services.AddPipeline()
    .UseRedis("localhost:6379", PipelineRoles.Cache)
    .UseRedis(new ConfigurationOptions { EndPoints = { "localhost:6379" }, User = "worker" }, PipelineRoles.Queues)
    .UseRedis(services => services.GetRequiredService<IConnectionMultiplexer>(), PipelineRoles.State, options => options.KeyPrefix = "app");
