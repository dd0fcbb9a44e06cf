using FluentAssertions;
using Pipeline.Caching;
using Pipeline.Conformance.Caching;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.Redis.Servers.Proxying;
using StackExchange.Redis;
using Xunit;

namespace Pipeline.Redis.Caching;

/// <summary>What a process hears, and what it believes while it does not.</summary>
public sealed class RedisCacheFeedTests : IAsyncLifetime
{
    private static readonly TimeSpan HangLimit = TimeSpan.FromSeconds(60);

    private readonly string _prefix = RedisTestClient.NewPrefix();
    private RedisServer _server = null!;
    private RedisProxy _proxy = null!;
    private CacheProcess _process = null!;
    private CacheProcess _other = null!;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _proxy = RedisProxy.Start(_server.EndPoint);

        // A connection that the client leaves hanging after a cut is replaced after two of its deadlines.
        _process = CacheProcess.Start(_server.ClientOptions(_proxy), _prefix, settings => settings.CommandTimeout = TimeSpan.FromSeconds(5));
        _other = CacheProcess.Start(_server.ClientOptions(), _prefix);
    }

    public async Task DisposeAsync()
    {
        await _process.DisposeAsync();
        await _other.DisposeAsync();
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_told_and_what_was_missed_is_not_believed()
    {
        await _process.HearAsync();
        using var log = new NoticeLog(_process.Feed);
        await log.WaitForAsync(notice => notice == CacheInvalidation.Resync, HangLimit);
        for (var i = 0; i < 5; i++)
        {
            await _process.SetTaggedAsync("a", "value", "t");
            (await _process.GetAsync("a")).Should().Be("value");
            _proxy.CutConnections();
            await _other.Cache.InvalidateTagAsync("t");
            var resyncs = 0;
            await log.WaitForAsync(notice => notice == CacheInvalidation.Resync && ++resyncs == i + 2, HangLimit);
            await Waiting.UntilAsync(
                async () =>
                {
                    try
                    {
                        return await _process.GetAsync("a") is null;
                    }
                    catch (Pipeline.Backends.BackendUnavailableException)
                    {
                        return false;
                    }
                },
                "the invalidation to be seen");
        }

        log.Heard.Count(notice => notice == CacheInvalidation.Interrupted).Should().BeGreaterThanOrEqualTo(5);
    }

    [Fact]
    public async Task A_subscription_that_the_server_does_not_have_is_not_believed()
    {
        using var hold = _proxy.Hold("SUBSCRIBE");
        await _process.SetTaggedAsync("a", "value", "t");
        using var log = new NoticeLog(_process.Feed);
        await hold.Reached;
        (await _process.GetAsync("a")).Should().Be("value");
        await _other.Cache.InvalidateTagAsync("t");

        (await _process.GetAsync("a")).Should().BeNull();
        _process.Cache.IsHearing.Should().BeFalse();
        log.Heard.Should().BeEmpty();
        hold.Release();
        await log.WaitForAsync(notice => notice == CacheInvalidation.Resync, HangLimit);
        _process.Cache.IsHearing.Should().BeTrue();
    }

    [Fact]
    public async Task A_silent_network_is_noticed_by_the_beat()
    {
        await _process.HearAsync();
        using var log = new NoticeLog(_process.Feed);
        await log.WaitForAsync(notice => notice == CacheInvalidation.Resync, HangLimit);
        _proxy.Mode = ProxyMode.Stalled;

        await log.WaitForAsync(notice => notice == CacheInvalidation.Interrupted, HangLimit);

        _process.Cache.IsHearing.Should().BeFalse();
        _proxy.Mode = ProxyMode.Forwarding;
        var resyncs = 0;
        await log.WaitForAsync(notice => notice == CacheInvalidation.Resync && ++resyncs == 2, HangLimit);
    }

    [Fact]
    public async Task What_cannot_be_read_is_a_reason_to_verify_everything()
    {
        await _process.HearAsync();
        using var log = new NoticeLog(_process.Feed);
        await log.WaitForAsync(notice => notice == CacheInvalidation.Resync, HangLimit);
        using var raw = await ConnectionMultiplexer.ConnectAsync(_server.ClientOptions());

        await raw.GetSubscriber().PublishAsync($"{_prefix}@0:cache", new byte[] { 0x21, 1, 2, 3 });

        var resyncs = 0;
        await log.WaitForAsync(notice => notice == CacheInvalidation.Resync && ++resyncs == 2, HangLimit);
        await _other.Cache.RemoveAsync("a");
        await log.WaitForAsync(notice => notice == CacheInvalidation.ForKey("a", isLocal: false), HangLimit);
    }

    [Fact]
    public async Task A_server_that_comes_later_is_heard_then()
    {
        _proxy.Mode = ProxyMode.Refusing;
        using var log = new NoticeLog(_process.Feed);

        _proxy.Mode = ProxyMode.Forwarding;

        await log.WaitForAsync(notice => notice == CacheInvalidation.Resync, HangLimit);
        await _other.Cache.RemoveAsync("a");
        await log.WaitForAsync(notice => notice == CacheInvalidation.ForKey("a", isLocal: false), HangLimit);
    }
}
