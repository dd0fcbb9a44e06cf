using Npgsql;
using Pipeline.Backends;
using Pipeline.Caching;
using Pipeline.Conformance;
using Pipeline.Conformance.Caching;
using Pipeline.Postgres.Fixtures;
using Pipeline.Postgres.RateLimiting;
using Pipeline.Postgres.Servers.Proxying;

namespace Pipeline.Postgres.Caching;

/// <summary>
/// The cache on a real server, whose time stands still until a test moves it. Each opening is a process, whose clock is five minutes fast or slow. The facts of a class
/// share a database: each names its keys for itself.
/// </summary>
internal sealed class PostgresCacheTestStore(PostgresTopologyKind kind) : CacheTestStore
{
    private static readonly TimeSpan Shift = TimeSpan.FromMinutes(5);

    private readonly List<(CacheProcess Process, SharedRoute? Route)> _opened = [];
    private readonly Dictionary<PostgresProxy, CommandHold<PostgresStatement>> _cut = [];
    private MovableClock? _clock;

    public override GenerationSettings Generation => new() { Sequences = 4, OperationsPerSequence = 14, FirstSeed = ((ulong)kind * 1_000) + 1 };

    public override int Repetitions => kind == PostgresTopologyKind.SlowNode ? 12 : 40;

    private MovableClock Clock => _clock!;

    public override async ValueTask InitializeAsync() => _clock = await MovableClock.GetAsync($"cache {kind}");

    public override async ValueTask<ICacheBackend> OpenAsync()
    {
        var route = await SharedRoute.TakeAsync(Clock, kind);
        var process = CacheProcess.On(PostgresTestClient.Borrow(route.Source, time: new ShiftedTimeProvider(_opened.Count % 2 == 0 ? Shift : -Shift)));
        _opened.Add((process, route));
        await process.Connection.PrepareAsync(CancellationToken.None);
        return process.Cache;
    }

    public override ValueTask AdvanceAsync(TimeSpan time) => Clock.AdvanceAsync(time);

    public override ValueTask<DateTimeOffset> GetServerTimeAsync() => Clock.ReadAsync();

    public override async ValueTask<bool?> LoseCounterAsync(ICacheBackend cache, string tag)
    {
        await using var command = Clock.Source.CreateCommand("DELETE FROM pipeline.cache_tags WHERE tag = $1");
        command.Parameters.Add(new() { Value = tag });
        await command.ExecuteNonQueryAsync();
        return true;
    }

    public override async ValueTask<bool> PlaceAsync(string key, ReadOnlyMemory<byte> stored)
    {
        await using var command = Clock.Source.CreateCommand(
            """
            INSERT INTO pipeline.cache_entries (key, keep_until, entry) VALUES ($1, test_clock.clock_timestamp() + interval '10 minutes', $2)
            ON CONFLICT (key) DO UPDATE SET keep_until = excluded.keep_until, entry = excluded.entry
            """);
        command.Parameters.Add(new() { Value = key });
        command.Parameters.Add(new() { Value = stored.ToArray() });
        await command.ExecuteNonQueryAsync();
        return true;
    }

    public override ValueTask<ICacheBackend?> OpenUnreachableAsync()
    {
        var address = new NpgsqlConnectionStringBuilder { Host = "127.0.0.1", Port = LoopbackPort.FindFree(), Username = "nobody", Database = "none", Timeout = 1 };
        var process = CacheProcess.Start(address.ConnectionString, options => options.CommandTimeout = TimeSpan.FromSeconds(1));
        _opened.Add((process, null));
        return ValueTask.FromResult<ICacheBackend?>(process.Cache);
    }

    public override async ValueTask<bool> CutFeedAsync(ICacheBackend cache)
    {
        var (process, route) = _opened.Single(one => one.Process.Cache == cache);
        if (route?.Proxy is not { } proxy)
            return false;

        route.IsSpoilt = true;

        // What the process calls for goes on; what it listens to is not heard of by the server.
        _cut.Add(proxy, proxy.Hold("LISTEN"));
        proxy.CutConnections();
        await Waiting.UntilAsync(
            async () =>
            {
                try
                {
                    await process.Cache.RemoveAsync("probe");
                    return true;
                }
                catch (BackendUnavailableException)
                {
                    return false;
                }
            },
            "the process to be connected again");
        return true;
    }

    public override ValueTask RestoreFeedAsync(ICacheBackend cache)
    {
        if (_opened.Single(one => one.Process.Cache == cache).Route?.Proxy is { } proxy)
            _cut[proxy].Release();
        return ValueTask.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var (process, route) in _opened)
        {
            if (route?.Proxy is { } proxy && _cut.TryGetValue(proxy, out var hold))
                hold.Release();
            await process.DisposeAsync();
            if (route is not null)
                await route.ReturnAsync();
        }
    }
}
