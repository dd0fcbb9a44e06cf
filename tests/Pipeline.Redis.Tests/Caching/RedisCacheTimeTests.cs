using FluentAssertions;
using Pipeline.Caching;
using Pipeline.Redis.Fixtures;
using Xunit;

namespace Pipeline.Redis.Caching;

/// <summary>The cache by the server's own clock, which the conformance suite replaces.</summary>
public sealed class RedisCacheTimeTests(RedisNodeFixture node) : IClassFixture<RedisNodeFixture>, IAsyncLifetime
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(500);

    /// <summary>What a process takes for the server's time is not more exact than that.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(50);

    private CacheProcess? _process;

    private CacheProcess Process => _process!;

    public async Task InitializeAsync() => _process = CacheProcess.Start(await RedisTestClient.OptionsAsync(RedisTopologyKind.Node), RedisTestClient.NewPrefix());

    public async Task DisposeAsync() => await Process.DisposeAsync();

    [Fact]
    public async Task An_entry_is_fresh_then_stale_then_gone()
    {
        var before = await NowAsync();
        await Process.SetAsync("key", "value", new CacheEntryOptions { FreshFor = Moment, StaleFor = Moment });

        await Waiting.UntilAsync(async () => await Process.StatusAsync("key") != CacheReadStatus.Fresh, "the entry not to be fresh any more");
        (await NowAsync()).Should().BeOnOrAfter(before + Moment - Slack);
        await Waiting.UntilAsync(async () => await Process.StatusAsync("key") == CacheReadStatus.Missing, "the entry to be gone");
        (await NowAsync()).Should().BeOnOrAfter(before + (Moment * 2) - Slack);
        await Waiting.UntilAsync(async () => !await node.Database.KeyExistsAsync(Process.Connection.Keys.Root + "c:key"), "the key to expire");
    }

    [Fact]
    public async Task A_lease_that_nobody_gives_back_runs_out()
    {
        var before = await NowAsync();
        await Process.Leases.TryTakeAsync("key", Moment);

        await Waiting.UntilAsync(async () => (await Process.Leases.TryTakeAsync("key", Moment)).IsTaken, "the lease to run out");

        (await NowAsync()).Should().BeOnOrAfter(before + Moment - Slack);
    }

    private async Task<DateTimeOffset> NowAsync()
    {
        var reply = (long[])(await node.Database.ExecuteAsync("TIME"))!;
        return DateTimeOffset.UnixEpoch.AddSeconds(reply[0]).AddMicroseconds(reply[1]);
    }
}
