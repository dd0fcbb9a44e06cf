using System.Globalization;
using StackExchange.Redis;
using Pipeline.Redis.Servers.Proxying;

namespace Pipeline.Redis.Servers;

/// <summary>Three masters with a replica each.</summary>
/// <remarks>With proxies, each node announces the port of its own proxy, so that clients are led through the proxies whatever node they ask.</remarks>
public sealed partial class RedisCluster : IAsyncDisposable
{
    private const int Masters = 3;
    private const int Slots = 16_384;

    private readonly RedisClusterNode[] _nodes;

    private RedisCluster(RedisClusterNode[] nodes) => _nodes = nodes;

    /// <summary>Gets the nodes, the three that began as masters first.</summary>
    public IReadOnlyList<RedisClusterNode> Nodes => _nodes;

    /// <summary>Starts the nodes, joins them and waits until all of them say that the cluster is whole.</summary>
    /// <param name="options">What every node is started with.</param>
    /// <param name="withProxies">Whether a proxy stands before each node.</param>
    public static async Task<RedisCluster> StartAsync(RedisServerOptions? options = null, bool withProxies = false)
    {
        options = (options ?? new()) with { IsClusterNode = true };
        var nodes = await Task.WhenAll(Enumerable.Range(0, Masters * 2).Select(_ => RedisClusterNode.StartAsync(options, withProxies)));
        var cluster = new RedisCluster(nodes);
        try
        {
            await cluster.FormAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns what a client needs to connect, through the proxies where there are any.</summary>
    public ConfigurationOptions ClientOptions()
    {
        var options = _nodes[0].Server.ClientOptions();
        options.EndPoints.Clear();
        foreach (var node in _nodes)
            options.EndPoints.Add(node.EndPoint);
        return options;
    }

    /// <summary>Returns the sum of what the proxies have counted.</summary>
    /// <exception cref="InvalidOperationException">The cluster has no proxies.</exception>
    public CommandCounts Counts() => _nodes.Select(node => node.RequiredProxy.Counts()).Aggregate((sum, counts) => sum + counts);

    /// <summary>Waits until every node that runs says that the cluster is whole, and every master has its replica beside it.</summary>
    public async Task WaitUntilWholeAsync()
    {
        foreach (var node in _nodes.Where(node => node.Server.IsRunning))
        {
            await Waiting.UntilAsync(
                async () => await node.IsClusterOkAsync() && await node.IsLinkedAsync(),
                $"node {node.Server} to see a whole cluster");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
            await node.DisposeAsync();
    }

    private async Task FormAsync()
    {
        await Task.WhenAll(_nodes.Take(Masters).Select(TakeSlotsAsync));
        foreach (var node in _nodes.Skip(1))
            await _nodes[0].MeetAsync(node);
        await Task.WhenAll(_nodes.Select(node => Waiting.UntilAsync(
            async () => await node.KnownNodesAsync() == _nodes.Length, $"node {node.Server} to know all others")));
        await Task.WhenAll(_nodes.Skip(Masters).Select((node, index) => node.FollowAsync(_nodes[index])));
        await Task.WhenAll(_nodes.Select(node => Waiting.UntilAsync(
            async () => await node.IsClusterOkAsync() && await node.IsLinkedAsync() && await node.KnowsReplicasAsync(Masters),
            $"node {node.Server} to see a whole cluster")));
    }

    private static async Task TakeSlotsAsync(RedisClusterNode node, int index)
    {
        var first = index * Slots / Masters;
        var end = (index + 1) * Slots / Masters;
        var slots = Enumerable.Range(first, end - first).Select(slot => slot.ToString(CultureInfo.InvariantCulture));
        await node.Server.ExecuteAsync(["CLUSTER", "ADDSLOTS", .. slots]);

        // Nodes with one epoch in common would have to settle who wins before they agree.
        await node.Server.ExecuteAsync("CLUSTER", "SET-CONFIG-EPOCH", (index + 1).ToString(CultureInfo.InvariantCulture));
    }
}
