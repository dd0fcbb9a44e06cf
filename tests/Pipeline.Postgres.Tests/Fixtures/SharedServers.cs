using Pipeline.Postgres.Servers;
using Pipeline.Postgres.Servers.Proxying;

namespace Pipeline.Postgres.Fixtures;

/// <summary>The servers that tests share: each is started once a run, by the first test that asks, and ends with the test process.</summary>
/// <remarks>Tests keep apart by a database of their own. Who stops or pauses a server, or changes its settings, starts one for itself.</remarks>
public static class SharedServers
{
    /// <summary>The environment variable that names a server that runs, as a connection string of a user who may create databases.</summary>
    public const string Variable = "PIPELINE_TEST_POSTGRES";

    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(1);
    private static readonly Lazy<Task<PostgresNode>> Node = new(StartNodeAsync);
    private static readonly Lazy<Task<PostgresProxy>> SlowProxy = new(StartSlowProxyAsync);
    private static readonly Lazy<Task<PostgresServer>> Plain = new(() => PostgresServer.StartAsync(new() { WithVector = false }));

    /// <summary>Returns the server: the one that the environment names, else one of our own.</summary>
    public static Task<PostgresNode> NodeAsync() => Node.Value;

    /// <summary>Returns the server that a suite runs on.</summary>
    public static async Task<PostgresNode> NodeAsync(PostgresTopologyKind kind) => kind == PostgresTopologyKind.Plain ? await Plain.Value : await Node.Value;

    /// <summary>Creates a database that nobody else uses.</summary>
    /// <returns>What connects to it.</returns>
    public static async Task<string> CreateDatabaseAsync(PostgresTopologyKind kind = PostgresTopologyKind.Node)
    {
        var node = await NodeAsync(kind);
        var direct = new Npgsql.NpgsqlConnectionStringBuilder(await node.CreateDatabaseAsync());
        return kind == PostgresTopologyKind.SlowNode ? node.ConnectionString(direct.Database!, (await SlowProxy.Value).EndPoint) : direct.ConnectionString;
    }

    private static async Task<PostgresNode> StartNodeAsync() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } connectionString
            ? new PostgresNode(connectionString)
            : await PostgresServer.StartAsync();

    private static async Task<PostgresProxy> StartSlowProxyAsync()
    {
        var proxy = PostgresProxy.Start((await NodeAsync()).EndPoint);
        proxy.RequestDelay = Delay;
        proxy.ReplyDelay = Delay;
        return proxy;
    }
}
