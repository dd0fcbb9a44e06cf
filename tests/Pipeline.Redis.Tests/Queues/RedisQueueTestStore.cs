using Pipeline.Conformance;
using Pipeline.Conformance.Queues;
using Pipeline.Queues;
using Pipeline.Redis.Fixtures;

namespace Pipeline.Redis.Queues;

/// <summary>Queues on a real server, by a clock of the test's own. Each provider is a process's.</summary>
public sealed class RedisQueueTestStore(RedisTopologyKind kind) : QueueTestStore
{
    private static readonly TimeSpan WireTime = TimeSpan.FromMilliseconds(60);

    private readonly string _prefix = RedisTestClient.NewPrefix();
    private readonly List<IAsyncDisposable> _opened = [];
    private readonly StandingClock _clock = new();

    public override bool AddsFollowUpsInOneAct => kind != RedisTopologyKind.Cluster;

    public override GenerationSettings Generation => new() { Sequences = kind == RedisTopologyKind.SlowNode ? 3 : 10, OperationsPerSequence = 40 };

    public override int Repetitions => 20;

    public override int FloodSize => 5_000;

    public override async ValueTask<IQueueProvider> OpenAsync(QueueCatalog catalog)
    {
        var connection = await RedisTestClient.BorrowAsync(kind, _prefix, _clock);
        var provider = new RedisQueueProvider(connection, catalog, new RedisQueueOptions());
        _opened.Add(provider);
        _opened.Add(connection);
        return provider;
    }

    public override ValueTask AdvanceAsync(TimeSpan time) => _clock.AdvanceAsync(time);

    public override ValueTask<DateTimeOffset> GetServerTimeAsync() => ValueTask.FromResult(_clock.Now);

    // A call that was begun is sent by itself; that it has arrived cannot be seen from here.
    public override async ValueTask SettleAsync() => await Task.Delay(WireTime);

    public override async ValueTask DisposeAsync()
    {
        foreach (var opened in _opened)
            await opened.DisposeAsync();
    }
}
