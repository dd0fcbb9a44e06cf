using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Caching;
using Pipeline.Postgres.Servers;
using Pipeline.Postgres.Servers.Proxying;
using Xunit;

namespace Pipeline.Postgres.Caching;

/// <summary>The cache of two processes with one PostgreSQL between them.</summary>
public sealed class PostgresTieredCacheTests : IAsyncLifetime
{
    // A backend that is only slow is no reason to make a value without it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private PostgresServer _server = null!;
    private PostgresProxy _proxy = null!;
    private TieredProcess _one = null!;
    private TieredProcess _two = null!;

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        _proxy = PostgresProxy.Start(_server.EndPoint);
        _one = TieredProcess.Start(_server.ConnectionString("postgres"), Configure);
        _two = TieredProcess.Start(_server.ConnectionString("postgres", _proxy.EndPoint), Configure);
        foreach (var process in new[] { _one, _two })
            await Waiting.UntilAsync(() => Task.FromResult(((PostgresCacheBackend)process.Backend).IsHearing), "the process to hear the feed");
    }

    public async Task DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task What_one_invalidates_or_removes_the_other_no_longer_serves()
    {
        (await _one.GetAsync("a", "old", "t")).Should().Be("old");
        (await _two.GetAsync("a", "never made", "t")).Should().Be("old");
        (await _two.GetAsync("b", "old")).Should().Be("old");

        await _one.Cache.RemoveByTagAsync("t");
        await _one.Cache.RemoveAsync("b");

        await Waiting.UntilAsync(async () => await _two.GetAsync("a", "new", "t") == "new", "the invalidation to be heard");
        await Waiting.UntilAsync(async () => await _two.GetAsync("b", "new") == "new", "the removal to be heard");
        (await _one.GetAsync("a", "never made", "t")).Should().Be("new");
    }

    [Fact]
    public async Task One_process_makes_the_value_for_all_callers_of_both()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var callers = Enumerable.Range(0, 40)
            .Select(i => (i % 2 == 0 ? _one : _two).GetAsync("a", async () =>
            {
                await go.Task;
                return "made once";
            }))
            .ToList();
        await Waiting.UntilAsync(async () => await _server.ScalarAsync("SELECT count(*) FROM pipeline.cache_leases WHERE key = 'a'") is 1L, "a process to take the lease");
        go.SetResult();

        (await Task.WhenAll(callers)).Should().AllBe("made once");
        (_one.Runs + _two.Runs).Should().Be(1);
        await Waiting.UntilAsync(async () => await _server.ScalarAsync("SELECT count(*) FROM pipeline.cache_leases") is 0L, "the lease to be given back");
    }

    [Fact]
    public async Task A_feed_that_is_cut_in_the_middle_is_made_up_for()
    {
        await using var wary = TieredProcess.Start(_server.ConnectionString("postgres", _proxy.EndPoint), options => (options.UnconfirmedFor, options.BackendTimeout) = (TimeSpan.Zero, Patience));
        await Waiting.UntilAsync(() => Task.FromResult(((PostgresCacheBackend)wary.Backend).IsHearing), "the process to hear the feed");
        (await _one.GetAsync("a", "old", "t")).Should().Be("old");
        (await wary.GetAsync("a", "never made", "t")).Should().Be("old");
        using (var hold = _proxy.Hold("LISTEN"))
        {
            _proxy.CutConnections();
            await hold.Reached;
            await _one.Cache.RemoveByTagAsync("t");
            (await _one.GetAsync("a", "new", "t")).Should().Be("new");

            // Nothing is served unconfirmed while the feed is interrupted.
            await Waiting.UntilAsync(async () => await wary.GetAsync("a", "made in vain", "t") == "new", "the server to be asked again");
        }

        await Waiting.UntilAsync(() => Task.FromResult(((PostgresCacheBackend)wary.Backend).IsHearing), "the feed to be heard again");
        await _one.Cache.RemoveByTagAsync("t");
        await Waiting.UntilAsync(async () => await wary.GetAsync("a", "newest", "t") == "newest", "the invalidation to be heard");
    }

    [Fact]
    public async Task While_the_server_is_down_values_are_served_from_memory_and_made_without_it()
    {
        (await _one.GetAsync("fresh", "fresh", "t")).Should().Be("fresh");
        (await _one.Cache.GetOrCreateAsync("stale", _ => ValueTask.FromResult("stale"), new() { Expiration = TimeSpan.FromMilliseconds(50) })).Should().Be("stale");
        await _server.StopAsync(PostgresStop.Immediate);

        (await _one.GetAsync("new", "made meanwhile")).Should().Be("made meanwhile");
        (await _one.GetAsync("new", "never made")).Should().Be("made meanwhile");
        await Waiting.UntilAsync(
            async () => await _one.GetAsync("stale", () => throw new InvalidOperationException("There is no other.")).ContinueWith(read => read.IsCompletedSuccessfully && read.Result == "stale"),
            "a stale value to stand in");
        var invalidate = async () => await _one.Cache.RemoveByTagAsync("t");
        await invalidate.Should().ThrowAsync<BackendUnavailableException>();
        (await _one.GetAsync("fresh", "made anew", "t")).Should().Be("made anew", "the process has done its own part");

        await _server.StartAgainAsync();
        await Waiting.UntilAsync(
            async () =>
            {
                try
                {
                    await _one.Cache.RemoveByTagAsync("t");
                    return true;
                }
                catch (BackendUnavailableException)
                {
                    return false;
                }
            },
            "the server to be used again");
        foreach (var process in new[] { _one, _two })
            await Waiting.UntilAsync(() => Task.FromResult(((PostgresCacheBackend)process.Backend).IsHearing), "the feed to be heard again");
        await Waiting.UntilAsync(
            async () =>
            {
                var key = Guid.NewGuid().ToString();
                await _one.GetAsync(key, "shared");
                return await _two.GetAsync(key, "its own") == "shared";
            },
            "both to share again");
    }

    private static void Configure(TieredCacheOptions options)
    {
        options.BackendBreak = TimeSpan.FromMilliseconds(100);
        options.BackendTimeout = Patience;
        options.FillLease = TimeSpan.FromMinutes(1);
        options.Default.StaleFor = TimeSpan.FromHours(1);
        options.Default.RetryDelay = TimeSpan.FromMilliseconds(10);
    }
}
