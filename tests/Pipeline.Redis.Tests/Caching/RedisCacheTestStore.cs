using System.Diagnostics;
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
/// The cache on a real server, whose time really passes. Each opening is a process with a connection of its own, whose clock is five minutes fast or slow.
/// </summary>
internal sealed class RedisCacheTestStore(RedisTopologyKind kind) : CacheTestStore
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Shift = TimeSpan.FromMinutes(5);

    private readonly string _prefix = RedisTestClient.NewPrefix();
    private readonly List<(CacheProcess Process, RedisProxy? Proxy)> _opened = [];
    private readonly Dictionary<RedisProxy, CommandHold<RedisCommand>> _cut = [];
    private RedisConnection? _observer;

    public override TimeSpan Tick => TimeSpan.FromMilliseconds(800);

    public override TimeSpan ClockTolerance => TimeSpan.FromMilliseconds(350);

    public override GenerationSettings Generation => new() { Sequences = 4, OperationsPerSequence = 14, FirstSeed = ((ulong)kind * 1_000) + 1 };

    public override int Repetitions => kind == RedisTopologyKind.SlowNode ? 12 : 40;

    private RedisConnection Observer => _observer!;

    public override async ValueTask InitializeAsync() =>
        _observer = RedisTestClient.Connect(
            await RedisTestClient.OptionsAsync(kind == RedisTopologyKind.SlowNode ? RedisTopologyKind.Node : kind), _prefix);

    public override async ValueTask<ICacheBackend> OpenAsync()
    {
        var (options, proxy) = await OptionsAsync();
        var process = CacheProcess.Start(
            options, _prefix, settings => settings.CommandTimeout = TimeSpan.FromSeconds(20), new ShiftedTimeProvider(_opened.Count % 2 == 0 ? Shift : -Shift));
        _opened.Add((process, proxy));
        return process.Cache;
    }

    public override async ValueTask AdvanceAsync(TimeSpan time)
    {
        // Beyond what two processes' estimates of the server's time may differ by. A delay can end a few milliseconds early.
        var end = time + Slack;
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < end)
            await Task.Delay(end - waited.Elapsed + TimeSpan.FromMilliseconds(1));
    }

    public override async ValueTask<DateTimeOffset> GetServerTimeAsync()
    {
        var reply = (long[])await Observer.CallAsync("time", 0, static (session, _) => session.Database.ExecuteAsync("TIME"));
        return DateTimeOffset.UnixEpoch.AddSeconds(reply[0]).AddMicroseconds(reply[1]);
    }

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
                    await process.Cache.RemoveAsync("probe");
                    return true;
                }
                catch (BackendUnavailableException)
                {
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

    private async Task<(ConfigurationOptions Options, RedisProxy? Proxy)> OptionsAsync()
    {
        if (kind != RedisTopologyKind.SlowNode)
            return (await RedisTestClient.OptionsAsync(kind), null);

        var options = await RedisTestClient.OptionsAsync(RedisTopologyKind.Node);
        var proxy = RedisProxy.Start((IPEndPoint)options.EndPoints[0]);
        proxy.RequestDelay = Delay;
        proxy.ReplyDelay = Delay;
        options.EndPoints.Clear();
        options.EndPoints.Add(proxy.EndPoint);
        return (options, proxy);
    }
}
