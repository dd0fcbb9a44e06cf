using Pipeline.Conformance;
using Pipeline.Conformance.Learning;
using Pipeline.Learning;
using Pipeline.Postgres.Fixtures;

namespace Pipeline.Postgres.Learning;

/// <summary>Learnings on a real server, by a clock that stands still until a test moves it.</summary>
internal sealed class PostgresLearningTestStore(PostgresTopologyKind kind) : LearningTestStore
{
    private static readonly TimeSpan Impatient = TimeSpan.FromMilliseconds(300);

    private readonly List<LearningProcess> _processes = [];
    private LearningClock? _clock;

    public override TimeSpan ClockTolerance => TimeSpan.Zero;

    public override GenerationSettings Generation => new() { Sequences = 6, OperationsPerSequence = 60, FirstSeed = 1 + ((ulong)kind * 1_000) };

    public override int Repetitions => 20;

    public override async ValueTask InitializeAsync() => _clock = await LearningClock.GetAsync(kind);

    public override ValueTask<ILearningStore> OpenAsync() => new(Open(_clock!.ConnectionString, TimeSpan.FromSeconds(30)));

    public override ValueTask<ILearningStore> OpenUnreachableAsync()
    {
        var nowhere = new Npgsql.NpgsqlConnectionStringBuilder(_clock!.ConnectionString) { Port = LoopbackPort.FindFree() };
        return new(Open(nowhere.ConnectionString, Impatient));
    }

    public override ValueTask AdvanceAsync(TimeSpan time) => new(_clock!.AdvanceAsync(time));

    public override ValueTask<DateTimeOffset> GetServerTimeAsync() => new(_clock!.Now);

    public override async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }
    }

    private PostgresLearningStore Open(string connectionString, TimeSpan timeout)
    {
        var process = LearningProcess.Start(connectionString, options => options.CommandTimeout = timeout);
        _processes.Add(process);
        return process.Store;
    }
}
