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
    private static readonly Lazy<Task<string>> NodeTemplate = new(() => MakeTemplateAsync(PostgresTopologyKind.Node));
    private static readonly Lazy<Task<string>> PlainTemplate = new(() => MakeTemplateAsync(PostgresTopologyKind.Plain));
    private static readonly Lazy<Task<PostgresServer>> Plain = new(() => PostgresServer.StartAsync(new() { WithVector = false }));

    /// <summary>Returns the server: the one that the environment names, else one of our own.</summary>
    public static Task<PostgresNode> NodeAsync() => Node.Value;

    /// <summary>Returns the server that a suite runs on.</summary>
    public static async Task<PostgresNode> NodeAsync(PostgresTopologyKind kind) => kind == PostgresTopologyKind.Plain ? await Plain.Value : await Node.Value;

    /// <summary>Creates a database that nobody else uses, with the suite's schema in it: to make that takes longer than to copy it.</summary>
    /// <returns>What connects to it.</returns>
    public static async Task<string> CreateDatabaseAsync(PostgresTopologyKind kind = PostgresTopologyKind.Node) =>
        await CreateDatabaseAsync(kind, await (kind == PostgresTopologyKind.Plain ? PlainTemplate : NodeTemplate).Value);

    /// <summary>Creates a database that nobody else uses, with nothing in it.</summary>
    /// <returns>What connects to it.</returns>
    public static Task<string> CreateEmptyDatabaseAsync(PostgresTopologyKind kind = PostgresTopologyKind.Node) => CreateDatabaseAsync(kind, template: "template1");

    /// <summary>What the connections through the proxy that delays go to.</summary>
    public static async Task<System.Net.IPEndPoint?> ProxyOfAsync(PostgresTopologyKind kind) =>
        kind == PostgresTopologyKind.SlowNode ? (await SlowProxy.Value).EndPoint : null;

    private static async Task<string> CreateDatabaseAsync(PostgresTopologyKind kind, string template)
    {
        var node = await NodeAsync(kind);
        var direct = new Npgsql.NpgsqlConnectionStringBuilder(await node.CreateDatabaseAsync(template: template));
        return kind == PostgresTopologyKind.SlowNode ? node.ConnectionString(direct.Database!, (await SlowProxy.Value).EndPoint) : direct.ConnectionString;
    }

    private static async Task<string> MakeTemplateAsync(PostgresTopologyKind kind)
    {
        var node = await NodeAsync(kind);
        var template = new Npgsql.NpgsqlConnectionStringBuilder(await node.CreateDatabaseAsync()) { Pooling = false };
        await using var connection = PostgresTestClient.Connect(template.ConnectionString);
        await connection.PrepareAsync(CancellationToken.None);
        return template.Database!;
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
