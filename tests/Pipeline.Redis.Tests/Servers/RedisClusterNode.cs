using System.Globalization;
using System.Net;
using Pipeline.Redis.Servers.Proxying;

namespace Pipeline.Redis.Servers;

/// <summary>A node of a <see cref="RedisCluster"/>.</summary>
public sealed class RedisClusterNode : IAsyncDisposable
{
    private RedisClusterNode(RedisServer server, RedisProxy? proxy, string id)
    {
        Server = server;
        Proxy = proxy;
        Id = id;
    }

    public RedisServer Server { get; }

    /// <summary>Gets the proxy that clients are led through, or null.</summary>
    public RedisProxy? Proxy { get; }

    /// <summary>Gets the proxy that clients are led through.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public RedisProxy RequiredProxy => Proxy ?? throw new InvalidOperationException("The cluster was started without proxies.");

    /// <summary>Gets the id by which the nodes know each other.</summary>
    public string Id { get; }

    /// <summary>Gets the address that clients use.</summary>
    public IPEndPoint EndPoint => Proxy?.EndPoint ?? Server.EndPoint;

    internal static async Task<RedisClusterNode> StartAsync(RedisServerOptions options, bool withProxy)
    {
        var proxy = withProxy ? RedisProxy.Start() : null;
        var server = await RedisServer.StartAsync(options with { AnnouncedPort = proxy?.EndPoint.Port });
        proxy?.Upstream = server.EndPoint;
        return new RedisClusterNode(server, proxy, (string)(await server.ExecuteAsync("CLUSTER", "MYID"))!);
    }

    internal async Task MeetAsync(RedisClusterNode other) =>
        await Server.ExecuteAsync(
            "CLUSTER", "MEET", "127.0.0.1", Text(other.Server.Port), Text(LoopbackPort.ClusterBus(other.Server.Port)));

    internal async Task FollowAsync(RedisClusterNode master) => await Server.ExecuteAsync("CLUSTER", "REPLICATE", master.Id);

    internal async Task<int> KnownNodesAsync()
    {
        var nodes = (string)(await Server.ExecuteAsync("CLUSTER", "NODES"))!;
        return nodes.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => !line.Contains("handshake", StringComparison.Ordinal));
    }

    internal async Task<bool> KnowsReplicasAsync(int count)
    {
        var nodes = (string)(await Server.ExecuteAsync("CLUSTER", "NODES"))!;
        return nodes.Split('\n').Count(line => line.Contains("slave", StringComparison.Ordinal)) == count;
    }

    internal async Task<bool> IsClusterOkAsync() =>
        ((string)(await Server.ExecuteAsync("CLUSTER", "INFO"))!).Contains("cluster_state:ok", StringComparison.Ordinal);

    /// <summary>Says if the node is a master, or a replica that follows one.</summary>
    internal async Task<bool> IsLinkedAsync() => await Server.InfoAsync("master_link_status") is null or "up";

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        if (Proxy is not null)
            await Proxy.DisposeAsync();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
