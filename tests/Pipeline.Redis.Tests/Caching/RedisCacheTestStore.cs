using System.Net;
using Pipeline.Backends;
using Pipeline.Caching;
using Pipeline.Conformance;
using Pipeline.Conformance.Caching;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.Redis.Servers.Proxying;
using StackExchange.Redis;

namespace Pipeline.Redis.Caching;

/// <summary>
/// The cache on a real server, by a clock of the test's own. Each opening is a process, whose clock is five minutes fast or slow.
/// </summary>
internal sealed class RedisCacheTestStore(RedisTopologyKind kind) : CacheTestStore
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Shift = TimeSpan.FromMinutes(5);

    private readonly string _prefix = RedisTestClient.NewPrefix();
    private readonly List<(CacheProcess Process, RedisProxy? Proxy)> _opened = [];
    private readonly Dictionary<RedisProxy, CommandHold<RedisCommand>> _cut = [];
    private readonly StandingClock _clock = new();
    private RedisConnection? _observer;

    public override GenerationSettings Generation => new() { Sequences = 4, OperationsPerSequence = 40, FirstSeed = ((ulong)kind * 1_000) + 1 };

    public override int Repetitions => kind == RedisTopologyKind.SlowNode ? 12 : 40;

    private RedisConnection Observer => _observer!;

    public override async ValueTask InitializeAsync() =>
        _observer = await RedisTestClient.BorrowAsync(kind == RedisTopologyKind.SlowNode ? RedisTopologyKind.Node : kind, _prefix, _clock);

    public override async ValueTask<ICacheBackend> OpenAsync()
    {
        var (connection, proxy) = await ConnectAsync(_clock.ClientTime.Shifted(_opened.Count % 2 == 0 ? Shift : -Shift));
        var process = CacheProcess.On(connection);
        _opened.Add((process, proxy));
        return process.Cache;
    }

    public override ValueTask AdvanceAsync(TimeSpan time) => _clock.AdvanceAsync(time);

    public override ValueTask<DateTimeOffset> GetServerTimeAsync() => ValueTask.FromResult(_clock.Now);

    public override async ValueTask<bool?> LoseCounterAsync(ICacheBackend cache, string tag)
    {
        await Observer.CallAsync("lose", Observer.Keys.Root + "t:" + tag, static (session, key) => session.Database.KeyDeleteAsync(key));
        return true;
    }

    public override async ValueTask<bool> PlaceAsync(string key, ReadOnlyMemory<byte> stored)
    {
        await Observer.CallAsync(
            "place",
            (Key: Observer.Keys.Root + "c:" + key, Value: stored.ToArray()),
            static (session, call) => session.Database.StringSetAsync(call.Key, call.Value, TimeSpan.FromMinutes(10)));
        return true;
    }

    public override ValueTask<ICacheBackend?> OpenUnreachableAsync()
    {
        var options = new ConfigurationOptions { EndPoints = { new IPEndPoint(IPAddress.Loopback, LoopbackPort.FindFree()) }, ConnectTimeout = 1_000 };
        var process = CacheProcess.Start(options, _prefix, settings => settings.CommandTimeout = TimeSpan.FromSeconds(1));
        _opened.Add((process, null));
        return ValueTask.FromResult<ICacheBackend?>(process.Cache);
    }

    public override async ValueTask<bool> CutFeedAsync(ICacheBackend cache)
    {
        var (process, proxy) = _opened.Single(one => one.Process.Cache == cache);
        if (proxy is null)
            return false;

        // What the process calls for goes on; what it listens to is not heard of by the server.
        _cut.Add(proxy, proxy.Hold("SUBSCRIBE"));
        proxy.CutConnections();
        await Waiting.UntilAsync(
            async () =>
            {
                try
                {
                    await process.Cache.RemoveAsync("probe").AsTask().WaitAsync(ProbePatience);
                    return true;
                }
                catch (BackendUnavailableException)
                {
                    return false;
                }
                catch (TimeoutException)
                {
                    // The client now and then leaves a handshake unfinished.
                    proxy.CutConnections();
                    return false;
                }
            },
            "the process to be connected again");
        return true;
    }

    public override ValueTask RestoreFeedAsync(ICacheBackend cache)
    {
        if (_opened.Single(one => one.Process.Cache == cache).Proxy is { } proxy)
            _cut[proxy].Release();
        return ValueTask.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var (process, proxy) in _opened)
        {
            await process.DisposeAsync();
            if (proxy is not null)
                await proxy.DisposeAsync();
        }

        if (_observer is not null)
            await _observer.DisposeAsync();
    }

    private async Task<(RedisConnection Connection, RedisProxy? Proxy)> ConnectAsync(TimeProvider time)
    {
        if (kind != RedisTopologyKind.SlowNode)
            return (await RedisTestClient.BorrowAsync(kind, _prefix, _clock, time), null);

        var options = await RedisTestClient.OptionsAsync(RedisTopologyKind.Node);
        var proxy = RedisProxy.Start((IPEndPoint)options.EndPoints[0]);
        proxy.RequestDelay = Delay;
        proxy.ReplyDelay = Delay;
        options.EndPoints.Clear();
        options.EndPoints.Add(proxy.EndPoint);
        return (RedisTestClient.Connect(options, _prefix, _clock, time), proxy);
    }
}
