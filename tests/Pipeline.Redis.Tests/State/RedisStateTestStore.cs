using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Conformance.State;
using Pipeline.Redis.Fixtures;
using Pipeline.State;

namespace Pipeline.Redis.State;

/// <summary>State on a real server, whose time really passes. Each opening is a process with a connection of its own.</summary>
internal sealed class RedisStateTestStore(RedisTopologyKind kind) : StateTestStore
{
    private readonly string _prefix = RedisTestClient.NewPrefix();
    private readonly List<IAsyncDisposable> _opened = [];

    public override TimeSpan Tick => TimeSpan.FromMilliseconds(900);

    public override TimeSpan ClockTolerance => TimeSpan.FromMilliseconds(375);

    public override GenerationSettings Generation => new() { Sequences = 1, OperationsPerSequence = 40, FirstSeed = (ulong)kind * 1_000 };

    public override int Repetitions => 10;

    public override async ValueTask<IStateStore> OpenAsync()
    {
        var connection = RedisTestClient.Connect(await RedisTestClient.OptionsAsync(kind), _prefix);
        var store = new RedisStateStore(connection, NullLogger<RedisStateStore>.Instance);
        _opened.AddRange([connection, store]);
        return store;
    }

    public override ValueTask AdvanceAsync(TimeSpan time) => new(Task.Delay(time + TimeSpan.FromMilliseconds(2)));

    public override async ValueTask DisposeAsync()
    {
        for (var i = _opened.Count - 1; i >= 0; i--)
            await _opened[i].DisposeAsync();
    }
}
