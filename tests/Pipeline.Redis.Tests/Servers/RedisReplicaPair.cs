namespace Pipeline.Redis.Servers;

/// <summary>A primary with one asynchronous replica.</summary>
public sealed class RedisReplicaPair : IAsyncDisposable
{
    private RedisReplicaPair(RedisServer primary, RedisServer replica)
    {
        Primary = primary;
        Replica = replica;
    }

    /// <summary>Gets the server that takes writes; after <see cref="PromoteAsync"/>, the one that was the replica.</summary>
    public RedisServer Primary { get; private set; }

    /// <summary>Gets the server that follows; after <see cref="PromoteAsync"/>, the one that was the primary, which follows nobody yet.</summary>
    public RedisServer Replica { get; private set; }

    /// <summary>Starts both and waits until the replica has what the primary has.</summary>
    /// <param name="options">What both are started with.</param>
    public static async Task<RedisReplicaPair> StartAsync(RedisServerOptions? options = null)
    {
        options ??= new();
        var primary = await RedisServer.StartAsync(options);
        RedisServer? replica = null;
        try
        {
            replica = await RedisServer.StartAsync(options with { ReplicaOf = primary.EndPoint });
            var pair = new RedisReplicaPair(primary, replica);
            await pair.CatchUpAsync();
            return pair;
        }
        catch
        {
            await primary.DisposeAsync();
            if (replica is not null)
                await replica.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the replica has all that the primary had when this was called.</summary>
    public async Task CatchUpAsync()
    {
        var wanted = await OffsetAsync(Primary, "master_repl_offset");
        await Waiting.UntilAsync(
            async () => await Replica.InfoAsync("master_link_status") is "up" && await OffsetAsync(Replica, "slave_repl_offset") >= wanted,
            "the replica to catch up");
    }

    /// <summary>Makes the replica the primary, with what it has by now, and swaps the two properties. The old primary is left as it is.</summary>
    public async Task PromoteAsync()
    {
        await Replica.ExecuteAsync("REPLICAOF", "NO", "ONE");
        (Primary, Replica) = (Replica, Primary);
    }

    /// <summary>Makes the old primary, which must run, follow the promoted one, and waits until it has caught up. What it alone had is gone.</summary>
    public async Task DemoteOldPrimaryAsync()
    {
        await Replica.ExecuteAsync("REPLICAOF", Primary.EndPoint.Address.ToString(), Primary.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await CatchUpAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Replica.DisposeAsync();
        await Primary.DisposeAsync();
    }

    private static async Task<long> OffsetAsync(RedisServer server, string field) =>
        long.Parse(await server.InfoAsync(field) ?? "-1", System.Globalization.CultureInfo.InvariantCulture);
}
