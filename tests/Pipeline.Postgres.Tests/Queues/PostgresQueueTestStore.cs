using System.Collections.Concurrent;
using Npgsql;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Conformance.Queues;
using Pipeline.Postgres.Fixtures;
using Pipeline.Queues;

namespace Pipeline.Postgres.Queues;

/// <summary>
/// Queues on a real server, whose time stands still until a test moves it. All facts of a class share the tables, and the sessions, whose plans are made once.
/// </summary>
public sealed class PostgresQueueTestStore(PostgresTopologyKind kind) : QueueTestStore
{
    private static readonly TimeSpan WireTime = TimeSpan.FromMilliseconds(80);
    private static readonly ConcurrentDictionary<PostgresTopologyKind, Lazy<Task<NpgsqlDataSource>>> Sources = new();

    private readonly List<IAsyncDisposable> _opened = [];
    private MovableClock? _clock;

    /// <summary>Who waits for a time does so by the process's own clock, which no advance brings nearer.</summary>
    public override TimeSpan Tick => TimeSpan.FromSeconds(2);

    public override GenerationSettings Generation => new() { Sequences = kind == PostgresTopologyKind.SlowNode ? 3 : 10, OperationsPerSequence = 15 };

    public override int Repetitions => 20;

    public override int FloodSize => 5_000;

    public override async ValueTask InitializeAsync() => _clock = await MovableClock.GetAsync($"queues {kind}");

    public override async ValueTask<IQueueProvider> OpenAsync(QueueCatalog catalog)
    {
        var source = await Sources.GetOrAdd(kind, static (kind, clock) => new(async () => NpgsqlDataSource.Create(
            PostgresConnectionString.WithDefaults(PostgresConnectionString.Parse(clock.ConnectionString(await SharedServers.ProxyOfAsync(kind)))))), _clock!).Value;
        var connection = PostgresTestClient.Borrow(source, time: _clock!.WaitingTime);
        var provider = new PostgresQueueProvider(connection, catalog);
        _opened.Add(provider);
        _opened.Add(connection);
        return provider;
    }

    public override ValueTask AdvanceAsync(TimeSpan time) => _clock!.AdvanceAsync(time);

    public override ValueTask<DateTimeOffset> GetServerTimeAsync() => _clock!.ReadAsync();

    // A call that was begun is sent by itself; that it has arrived cannot be seen from here.
    public override async ValueTask SettleAsync() => await Task.Delay(WireTime);

    public override async ValueTask DisposeAsync()
    {
        foreach (var opened in _opened)
            await opened.DisposeAsync();
    }
}
