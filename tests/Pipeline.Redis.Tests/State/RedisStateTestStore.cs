using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Conformance;
using Pipeline.Conformance.State;
using Pipeline.Redis.Fixtures;
using Pipeline.State;

namespace Pipeline.Redis.State;

/// <summary>State on a real server, by a clock of the test's own. Each opening is a process.</summary>
internal sealed class RedisStateTestStore(RedisTopologyKind kind) : StateTestStore
{
    private readonly string _prefix = RedisTestClient.NewPrefix();
    private readonly List<IAsyncDisposable> _opened = [];
    private readonly StandingClock _clock = new();

    public override GenerationSettings Generation => new() { Sequences = 4, OperationsPerSequence = 40, FirstSeed = (ulong)kind * 1_000 };

    public override int Repetitions => 10;

    public override TimeProvider ClientTime => _clock.ClientTime;

    public override async ValueTask<IStateStore> OpenAsync()
    {
        var connection = await RedisTestClient.BorrowAsync(kind, _prefix, _clock);
        var store = new RedisStateStore(connection, NullLogger<RedisStateStore>.Instance);
        _opened.AddRange([connection, store]);
        return store;
    }

    public override ValueTask AdvanceAsync(TimeSpan time) => _clock.AdvanceAsync(time);

    public override async ValueTask DisposeAsync()
    {
        for (var i = _opened.Count - 1; i >= 0; i--)
            await _opened[i].DisposeAsync();
    }
}
