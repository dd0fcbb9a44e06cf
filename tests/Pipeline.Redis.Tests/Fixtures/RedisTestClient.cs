using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Backends;
using Pipeline.Redis.Servers.Proxying;
using StackExchange.Redis;

namespace Pipeline.Redis.Fixtures;

/// <summary>Connects as a process of a fleet would: each call makes a connection of its own.</summary>
internal static class RedisTestClient
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(1);
    private static readonly SemaphoreSlim Connecting = new(3, 3);
    private static readonly Lazy<Task<RedisProxy>> SlowProxy = new(StartSlowProxyAsync);

    /// <summary>Returns what a client needs to connect.</summary>
    public static async Task<ConfigurationOptions> OptionsAsync(RedisTopologyKind kind)
    {
        if (kind == RedisTopologyKind.Cluster)
            return (await SharedServers.ClusterAsync()).ClientOptions();

        var options = await SharedServers.NodeAsync();
        if (kind == RedisTopologyKind.SlowNode)
        {
            options.EndPoints.Clear();
            options.EndPoints.Add((await SlowProxy.Value).EndPoint);
        }

        return options;
    }

    /// <summary>Makes a connection. Nothing is sent before its first use.</summary>
    /// <param name="options">Where to.</param>
    /// <param name="keyPrefix">What its keys begin with: <see cref="NewPrefix"/>, the same for those that share data.</param>
    /// <param name="configure">Other settings.</param>
    /// <param name="time">The clock of its deadlines.</param>
    public static RedisConnection Connect(
        ConfigurationOptions options, string keyPrefix, Action<RedisOptions>? configure = null, TimeProvider? time = null)
    {
        // Servers of tests are shared by many, and slow when many connect.
        var settings = new RedisOptions { KeyPrefix = keyPrefix, CommandTimeout = TimeSpan.FromSeconds(20) };
        configure?.Invoke(settings);
        var source = RedisSource.Own(options);
        return new RedisConnection(source with { ConnectAsync = () => ConnectAsync(source) }, settings, suite: "", time ?? TimeProvider.System, NullLogger<RedisConnection>.Instance);
    }

    /// <summary>Returns a key prefix that nobody else uses, in this run or another.</summary>
    public static string NewPrefix() => $"test-{Guid.NewGuid():N}";

    // Where a dozen classes connect to six nodes each at once, the client now and then leaves a node's handshake unfinished, and what goes there unanswered.
    private static async Task<IConnectionMultiplexer> ConnectAsync(RedisSource source)
    {
        await Connecting.WaitAsync();
        try
        {
            return await source.ConnectAsync();
        }
        finally
        {
            Connecting.Release();
        }
    }

    private static async Task<RedisProxy> StartSlowProxyAsync()
    {
        var endPoint = (System.Net.IPEndPoint)(await SharedServers.NodeAsync()).EndPoints[0];
        var proxy = RedisProxy.Start(endPoint);
        proxy.RequestDelay = Delay;
        proxy.ReplyDelay = Delay;
        return proxy;
    }
}
