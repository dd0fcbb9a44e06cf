using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Backends;
using Pipeline.Redis.Servers.Proxying;
using StackExchange.Redis;

namespace Pipeline.Redis.Fixtures;

/// <summary>Connects as a process of a fleet would, by a connection of its own or one that it borrows.</summary>
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
        var source = RedisSource.Own(options);
        return Use(source with { ConnectAsync = () => ConnectAsync(source) }, keyPrefix, configure, time);
    }

    /// <summary>Makes a connection on which a test's clock rules.</summary>
    public static RedisConnection Connect(ConfigurationOptions options, string keyPrefix, StandingClock clock, TimeProvider time)
    {
        var source = RedisSource.Own(options);
        return Use(source with { ConnectAsync = async () => clock.Rule(await ConnectAsync(source)) }, keyPrefix, BePatient, time);
    }

    /// <summary>Borrows a connection, as from a host that has one already.</summary>
    /// <param name="kind">Where to.</param>
    /// <param name="keyPrefix">What its keys begin with.</param>
    /// <param name="time">The clock of its deadlines.</param>
    public static async Task<RedisConnection> BorrowAsync(RedisTopologyKind kind, string keyPrefix, TimeProvider? time = null) =>
        Use(RedisSource.Borrow(await SharedConnections.GetAsync(kind)), keyPrefix, time: time);

    /// <summary>Borrows a connection on which a test's clock rules.</summary>
    public static async Task<RedisConnection> BorrowAsync(RedisTopologyKind kind, string keyPrefix, StandingClock clock, TimeProvider? time = null) =>
        Use(RedisSource.Borrow(clock.Rule(await SharedConnections.GetAsync(kind))), keyPrefix, BePatient, time ?? clock.ClientTime);

    /// <summary>Returns a key prefix that nobody else uses, in this run or another.</summary>
    public static string NewPrefix() => $"test-{Guid.NewGuid():N}";

    private static RedisConnection Use(RedisSource source, string keyPrefix, Action<RedisOptions>? configure = null, TimeProvider? time = null)
    {
        // Servers of tests are shared by many, and slow when many connect.
        var settings = new RedisOptions { KeyPrefix = keyPrefix, CommandTimeout = TimeSpan.FromSeconds(10) };
        configure?.Invoke(settings);
        return new RedisConnection(source, settings, suite: "", time ?? TimeProvider.System, NullLogger<RedisConnection>.Instance);
    }

    // A time that is put ahead counts for deadlines, too.
    private static void BePatient(RedisOptions options) => options.CommandTimeout = TimeSpan.FromMinutes(5);

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
