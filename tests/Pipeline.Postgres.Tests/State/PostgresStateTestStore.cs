using Pipeline.Conformance;
using Pipeline.Conformance.State;
using Pipeline.Postgres.Fixtures;
using Pipeline.Postgres.Servers.Proxying;
using Pipeline.State;

namespace Pipeline.Postgres.State;

/// <summary>
/// State on a real server, whose time is put ahead. Each opening is a process with a connection of its own. The facts of a class share a database: each names its
/// spaces, or its tenants, for itself.
/// </summary>
/// <param name="kind">What the suite runs on.</param>
/// <param name="suite">The suite, which has the database.</param>
internal sealed class PostgresStateTestStore(PostgresTopologyKind kind, string suite) : StateTestStore
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(1);

    private readonly List<IAsyncDisposable> _opened = [];
    private MovableClock? _clock;
    private PostgresProxy? _proxy;

    /// <summary>A quarter of it is the tolerance, and a loaded machine answers late.</summary>
    public override TimeSpan Tick => TimeSpan.FromSeconds(8);

    public override GenerationSettings Generation => new() { Sequences = 3, OperationsPerSequence = 40, FirstSeed = (ulong)kind * 1_000 };

    public override int Repetitions => 20;

    public override TimeProvider ClientTime => Clock.ClientTime;

    private MovableClock Clock => _clock!;

    public override async ValueTask InitializeAsync()
    {
        _clock = await MovableClock.GetAsync($"{suite} {kind}");
        if (kind == PostgresTopologyKind.SlowNode)
        {
            _proxy = PostgresProxy.Start((await SharedServers.NodeAsync()).EndPoint);
            (_proxy.RequestDelay, _proxy.ReplyDelay) = (Delay, Delay);
        }
    }

    public override async ValueTask<IStateStore> OpenAsync()
    {
        var process = StateProcess.Start(Clock.ConnectionString(_proxy?.EndPoint), options => options.CommandTimeout = TimeSpan.FromSeconds(20));
        _opened.Add(process);
        await process.Connection.PrepareAsync(CancellationToken.None);
        return process.Store;
    }

    public override ValueTask AdvanceAsync(TimeSpan time) => Clock.AdvanceAsync(time);

    public override async ValueTask DisposeAsync()
    {
        foreach (var process in _opened)
            await process.DisposeAsync();
        if (_proxy is not null)
            await _proxy.DisposeAsync();
    }
}
