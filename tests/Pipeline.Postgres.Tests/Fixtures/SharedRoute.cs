using System.Collections.Concurrent;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Postgres.Servers.Proxying;

namespace Pipeline.Postgres.Fixtures;

/// <summary>
/// Sessions of a process with a suite's database, over a proxy of their own where the suite is one on a slow network. One process has them at a time, and the next one goes
/// on with them: to connect, to learn a database's types and to plan statements takes longer than most facts.
/// </summary>
internal sealed class SharedRoute
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(1);
    private static readonly ConcurrentDictionary<(MovableClock Clock, bool IsSlow), ConcurrentBag<SharedRoute>> Free = new();

    private readonly (MovableClock, bool) _key;

    private SharedRoute((MovableClock, bool) key, NpgsqlDataSource source, PostgresProxy? proxy)
    {
        _key = key;
        Source = source;
        Proxy = proxy;
    }

    public NpgsqlDataSource Source { get; }

    public PostgresProxy? Proxy { get; }

    /// <summary>Gets or sets whether the connections were cut, so that nobody goes on with them.</summary>
    public bool IsSpoilt { get; set; }

    public static async Task<SharedRoute> TakeAsync(MovableClock clock, PostgresTopologyKind kind)
    {
        var key = (clock, IsSlow: kind == PostgresTopologyKind.SlowNode);
        if (Free.GetOrAdd(key, static _ => []).TryTake(out var free))
            return free;

        PostgresProxy? proxy = null;
        if (key.IsSlow)
        {
            proxy = PostgresProxy.Start((await SharedServers.NodeAsync()).EndPoint);
            (proxy.RequestDelay, proxy.ReplyDelay) = (Delay, Delay);
        }

        var settings = PostgresConnectionString.WithDefaults(PostgresConnectionString.Parse(clock.ConnectionString(proxy?.EndPoint)));

        // What one fact needed and the next do not is the server's again soon.
        (settings.ConnectionIdleLifetime, settings.ConnectionPruningInterval) = (4, 2);
        return new SharedRoute(key, NpgsqlDataSource.Create(settings), proxy);
    }

    /// <summary>Gives the sessions to the next process, or closes them.</summary>
    public async ValueTask ReturnAsync()
    {
        if (!IsSpoilt)
        {
            Free[_key].Add(this);
            return;
        }

        await Source.DisposeAsync();
        if (Proxy is not null)
            await Proxy.DisposeAsync();
    }
}
