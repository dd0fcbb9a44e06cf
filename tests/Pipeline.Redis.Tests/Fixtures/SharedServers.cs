using Pipeline.Redis.Servers;
using StackExchange.Redis;

namespace Pipeline.Redis.Fixtures;

/// <summary>The servers that tests share: each is started once a run, by the first test that asks, and ends with the test process.</summary>
/// <remarks>Tests keep apart by a key prefix of their own. Who stops, pauses or empties a server starts one for itself.</remarks>
public static class SharedServers
{
    /// <summary>The environment variable that names a server that runs, as a connection string.</summary>
    public const string Variable = "PIPELINE_TEST_REDIS";

    private static readonly Lazy<Task<ConfigurationOptions>> Node = new(StartNodeAsync);
    private static readonly Lazy<Task<RedisCluster>> Cluster = new(() => RedisCluster.StartAsync());

    /// <summary>Returns what a client needs to connect to a plain node: the one that the environment names, else one of our own.</summary>
    public static async Task<ConfigurationOptions> NodeAsync() => (await Node.Value).Clone();

    /// <summary>Returns the cluster. It has no proxies: who counts or makes trouble starts a cluster with proxies for itself.</summary>
    public static Task<RedisCluster> ClusterAsync() => Cluster.Value;

    private static async Task<ConfigurationOptions> StartNodeAsync() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } address
            ? ConfigurationOptions.Parse(address)
            : (await RedisServer.StartAsync()).ClientOptions();
}
