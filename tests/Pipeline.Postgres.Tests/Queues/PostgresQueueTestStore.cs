using Npgsql;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Conformance.Queues;
using Pipeline.Postgres.Fixtures;
using Pipeline.Queues;

namespace Pipeline.Postgres.Queues;

/// <summary>Queues on a real server, whose clock really passes. All tests share the tables, and the sessions, whose plans are made once.</summary>
public sealed class PostgresQueueTestStore(PostgresTopologyKind kind) : QueueTestStore
{
    private static readonly TimeSpan WireTime = TimeSpan.FromMilliseconds(80);

    private static readonly Lazy<Task<NpgsqlDataSource>> Node = new(() => CreateAsync(PostgresTopologyKind.Node));
    private static readonly Lazy<Task<NpgsqlDataSource>> SlowNode = new(() => CreateAsync(PostgresTopologyKind.SlowNode));

    private readonly List<IAsyncDisposable> _opened = [];
    private PostgresConnection? _clock;

    private bool IsSlow => kind == PostgresTopologyKind.SlowNode;

    public override TimeSpan Tick => TimeSpan.FromMilliseconds(IsSlow ? 600 : 500);

    public override GenerationSettings Generation => new() { Sequences = IsSlow ? 2 : 4, OperationsPerSequence = IsSlow ? 20 : 40 };

    public override int Repetitions => 20;

    public override int FloodSize => 5_000;

    public override async ValueTask<IQueueProvider> OpenAsync(QueueCatalog catalog)
    {
        var connection = PostgresTestClient.Borrow(await SourceAsync());
        var provider = new PostgresQueueProvider(connection, catalog);
        _opened.Add(provider);
        _opened.Add(connection);
        return provider;
    }

    public override async ValueTask AdvanceAsync(TimeSpan time) => await Task.Delay(time);

    public override async ValueTask<DateTimeOffset> GetServerTimeAsync()
    {
        _clock ??= PostgresTestClient.Borrow(await SourceAsync());
        return await _clock.QueryAsync(
            "time",
            "SELECT clock_timestamp()",
            0,
            static (_, _) => { },
            static async (reader, _, deadline) =>
            {
                await reader.ReadAsync(deadline);
                return new DateTimeOffset(reader.GetDateTime(0));
            });
    }

    // A call that was begun is sent by itself; that it has arrived cannot be seen from here.
    public override async ValueTask SettleAsync() => await Task.Delay(WireTime);

    public override async ValueTask DisposeAsync()
    {
        foreach (var opened in _opened)
            await opened.DisposeAsync();
        if (_clock is not null)
            await _clock.DisposeAsync();
    }

    private Task<NpgsqlDataSource> SourceAsync() => (IsSlow ? SlowNode : Node).Value;

    private static async Task<NpgsqlDataSource> CreateAsync(PostgresTopologyKind kind) =>
        NpgsqlDataSource.Create(PostgresConnectionString.WithDefaults(PostgresConnectionString.Parse(await SharedServers.CreateDatabaseAsync(kind))));
}
