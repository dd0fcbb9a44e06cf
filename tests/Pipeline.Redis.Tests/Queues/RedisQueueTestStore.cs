using System.Globalization;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.Conformance.Queues;
using Pipeline.Queues;
using StackExchange.Redis;

namespace Pipeline.Redis.Queues;

/// <summary>Queues on a real server, whose clock really passes. Each provider has a connection of its own, as a process would.</summary>
public sealed class RedisQueueTestStore(Fixtures.RedisTopologyKind kind) : QueueTestStore
{
    private static readonly TimeSpan WireTime = TimeSpan.FromMilliseconds(60);

    private readonly string _prefix = Fixtures.RedisTestClient.NewPrefix();
    private readonly List<IAsyncDisposable> _opened = [];
    private RedisConnection? _clock;

    public override TimeSpan Tick => TimeSpan.FromMilliseconds(kind == Fixtures.RedisTopologyKind.SlowNode ? 600 : 500);

    public override GenerationSettings Generation => new() { Sequences = kind == Fixtures.RedisTopologyKind.SlowNode ? 2 : 4, OperationsPerSequence = kind == Fixtures.RedisTopologyKind.SlowNode ? 20 : 40 };

    public override int Repetitions => 20;

    public override int FloodSize => 5_000;

    public override async ValueTask<IQueueProvider> OpenAsync(QueueCatalog catalog)
    {
        var connection = Fixtures.RedisTestClient.Connect(await Fixtures.RedisTestClient.OptionsAsync(kind), _prefix);
        var provider = new RedisQueueProvider(connection, catalog, new RedisQueueOptions());
        _opened.Add(provider);
        _opened.Add(connection);
        return provider;
    }

    public override async ValueTask AdvanceAsync(TimeSpan time) => await Task.Delay(time);

    public override async ValueTask<DateTimeOffset> GetServerTimeAsync()
    {
        _clock ??= Fixtures.RedisTestClient.Connect(await Fixtures.RedisTestClient.OptionsAsync(kind), _prefix);
        var reply = (string[])(await _clock.CallAsync(
            "time", 0, static (session, _) => session.Database.ScriptEvaluateAsync("return redis.call('TIME')", [(RedisKey)"time"], flags: RedisConnection.Flags)))!;
        return DateTimeOffset.UnixEpoch
            .AddSeconds(long.Parse(reply[0], CultureInfo.InvariantCulture))
            .AddMicroseconds(long.Parse(reply[1], CultureInfo.InvariantCulture));
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
}
