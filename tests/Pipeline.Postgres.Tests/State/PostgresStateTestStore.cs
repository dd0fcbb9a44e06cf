using Pipeline.Conformance;
using Pipeline.Conformance.State;
using Pipeline.Postgres.Fixtures;
using Pipeline.State;

namespace Pipeline.Postgres.State;

/// <summary>
/// State on a real server, whose time stands still until a test moves it. Each opening is a process. The facts of a class share a database: each names its spaces, or its
/// tenants, for itself.
/// </summary>
/// <param name="kind">What the suite runs on.</param>
/// <param name="suite">The suite, which has the database.</param>
internal sealed class PostgresStateTestStore(PostgresTopologyKind kind, string suite) : StateTestStore
{
    private readonly List<(StateProcess Process, SharedRoute Route)> _opened = [];
    private MovableClock? _clock;

    public override GenerationSettings Generation => new() { Sequences = 3, OperationsPerSequence = 40, FirstSeed = (ulong)kind * 1_000 };

    public override int Repetitions => 20;

    public override TimeProvider ClientTime => Clock.ClientTime;

    private MovableClock Clock => _clock!;

    public override async ValueTask InitializeAsync() => _clock = await MovableClock.GetAsync($"{suite} {kind}");

    public override async ValueTask<IStateStore> OpenAsync()
    {
        var route = await SharedRoute.TakeAsync(Clock, kind);
        var process = StateProcess.On(PostgresTestClient.Borrow(route.Source));
        _opened.Add((process, route));
        await process.Connection.PrepareAsync(CancellationToken.None);
        return process.Store;
    }

    public override ValueTask AdvanceAsync(TimeSpan time) => Clock.AdvanceAsync(time);

    public override async ValueTask DisposeAsync()
    {
        foreach (var (process, route) in _opened)
        {
            await process.DisposeAsync();
            await route.ReturnAsync();
        }
    }
}
