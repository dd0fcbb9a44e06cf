using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Redis.Servers;
using Quickstart.Ingestion;

namespace Quickstart;

public sealed class RedisSharingTests : SharingTests
{
    private RedisServer _server = null!;

    protected override string Argument => "--redis";

    protected override string Server => _server.Address;

    protected override string Backend => $"Redis at {_server.Address}";

    private protected override SharedServer Shared => new(Redis: Server);

    protected override IPipelineBuilder Use(IPipelineBuilder pipeline) => pipeline.UseRedis(Server);

    protected override async Task StartServerAsync() => _server = await RedisServer.StartAsync();

    protected override Task StopServerAsync() => _server.StopAsync();

    protected override async Task EndServerAsync() => await _server.DisposeAsync();
}
