using FluentAssertions;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.Redis.Servers.Proxying;
using Pipeline.State;
using Xunit;

namespace Pipeline.Redis.State;

/// <summary>What a watch hears when reports were lost: never nothing.</summary>
public sealed class RedisStateWatchTests : IAsyncLifetime
{
    private readonly string _prefix = RedisTestClient.NewPrefix();
    private RedisServer _server = null!;
    private RedisProxy _proxy = null!;
    private StateProcess _watching = null!;
    private StateProcess _writing = null!;

    private string Counter => $"{_prefix}:s:{{space}}:v";

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartAsync(new RedisServerOptions { AppendFsync = "always" });
        _proxy = RedisProxy.Start(_server.EndPoint);

        // A connection that the client leaves hanging after a cut is replaced after two of its deadlines.
        _watching = StateProcess.Start(_server.ClientOptions(_proxy), _prefix, TimeSpan.FromSeconds(5));
        _writing = StateProcess.Start(_server.ClientOptions(), _prefix);
    }

    public async Task DisposeAsync()
    {
        await _watching.DisposeAsync();
        await _writing.DisposeAsync();
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task After_a_lost_connection_it_is_told_to_read_again_and_then_follows()
    {
        await using var changes = await WatchAsync();
        await WriteAsync("a");
        await HearAsync(changes, Written("a"));
        _proxy.Mode = ProxyMode.Stalled;
        _proxy.CutConnections();
        await WriteAsync("missed");
        _proxy.Mode = ProxyMode.Forwarding;

        await HearAsync(changes, Resync);

        await FollowsAsync(changes);
    }

    [Fact]
    public async Task After_a_restart_of_the_server_it_is_told_to_read_again_and_then_follows()
    {
        await using var changes = await WatchAsync();
        await WriteAsync("a");
        await _server.KillAsync();
        await _server.RestartAsync();

        await HearAsync(changes, Resync);

        await FollowsAsync(changes);
    }

    [Fact]
    public async Task A_report_that_was_lost_without_a_word_is_missed_by_the_next()
    {
        await using var changes = await WatchAsync();
        await WriteAsync("a");
        await HearAsync(changes, Written("a"));

        // As if another process had written, and its report had not arrived.
        var counter = long.Parse((string)(await _server.ExecuteAsync("GET", Counter))!, System.Globalization.CultureInfo.InvariantCulture);
        await _server.ExecuteAsync("SET", Counter, $"{counter + 1}");
        await WriteAsync("b");

        (await NextAsync(changes)).Should().Be(Resync);
        await WriteAsync("c");
        (await NextAsync(changes)).Should().Be(Written("c"));
    }

    [Fact]
    public async Task The_last_report_of_all_that_was_lost_is_missed_by_a_look()
    {
        await using var changes = await WatchAsync();
        await WriteAsync("a");
        await HearAsync(changes, Written("a"));

        var counter = long.Parse((string)(await _server.ExecuteAsync("GET", Counter))!, System.Globalization.CultureInfo.InvariantCulture);
        await _server.ExecuteAsync("SET", Counter, $"{counter + 1}");

        (await NextAsync(changes)).Should().Be(Resync);
    }

    [Fact]
    public async Task A_server_that_lost_its_data_is_noticed()
    {
        await WriteAsync("a");
        await using var changes = await WatchAsync();
        await _server.ExecuteAsync("FLUSHALL");

        (await NextAsync(changes)).Should().Be(Resync);
        await WriteAsync("b");
        (await NextAsync(changes)).Should().Be(Written("b"));
    }

    [Fact]
    public async Task What_nobody_of_ours_published_says_to_read_again()
    {
        await using var changes = await WatchAsync();
        await _server.ExecuteAsync("PUBLISH", $"{_prefix}@0:s:space", "nonsense");

        (await NextAsync(changes)).Should().Be(Resync);
    }

    [Fact]
    public async Task A_watch_that_begins_while_the_server_is_away_stands_when_it_is_back()
    {
        _proxy.Mode = ProxyMode.Stalled;
        await using var changes = _watching.Store.WatchAsync("space").GetAsyncEnumerator();
        var first = changes.MoveNextAsync().AsTask();
        await WriteAsync("a");
        first.IsCompleted.Should().BeFalse();
        _proxy.Mode = ProxyMode.Forwarding;

        await first;
        changes.Current.Should().Be(Resync);
        await WriteAsync("b");
        await HearAsync(changes, Written("b"));
    }

    [Fact]
    public async Task A_space_that_nobody_watches_any_more_is_listened_to_no_longer()
    {
        await (await WatchAsync()).DisposeAsync();

        await Waiting.UntilAsync(
            async () => (string?)((object?[])(await _server.ExecuteAsync("PUBSUB", "NUMSUB", $"{_prefix}@0:s:space"))!)[1]?.ToString() == "0", "the subscription to end");
        await using var changes = await WatchAsync();
        await WriteAsync("a");
        await HearAsync(changes, Written("a"));
    }

    [Fact]
    public async Task The_end_of_the_store_ends_its_watches()
    {
        await using var changes = await WatchAsync();
        var waiting = changes.MoveNextAsync().AsTask();

        await _watching.DisposeAsync();

        await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<OperationCanceledException>();
    }

    private static StateChange Resync => new(StateChangeKind.Resync);

    private static StateChange Written(string key) => new(StateChangeKind.Written, new StateKey("space", key));

    private static async Task<StateChange> NextAsync(IAsyncEnumerator<StateChange> changes)
    {
        (await changes.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1))).Should().BeTrue();
        return changes.Current;
    }

    private static async Task HearAsync(IAsyncEnumerator<StateChange> changes, StateChange expected)
    {
        while (await NextAsync(changes) != expected)
        {
            // Another report, which may come at any time.
        }
    }

    /// <summary>Waits until a write is reported by itself: while the connection settles, some are told as things to read again.</summary>
    private async Task FollowsAsync(IAsyncEnumerator<StateChange> changes)
    {
        using var heard = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; !heard.IsCancellationRequested; i++)
            {
                await TryWriteAsync($"follow {i}");
                await Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None);
            }
        });
        while ((await NextAsync(changes)).Kind != StateChangeKind.Written)
        {
            // To be read again: something was missed, or may have been.
        }

        await heard.CancelAsync();
        await writing;
    }

    private async Task<IAsyncEnumerator<StateChange>> WatchAsync()
    {
        var changes = _watching.Store.WatchAsync("space").GetAsyncEnumerator();
        (await NextAsync(changes)).Should().Be(Resync);
        return changes;
    }

    private async Task WriteAsync(string key) =>
        (await _writing.Store.CompareAndSetAsync(new StateKey("space", key), default, StateEntry.NoVersion)).Succeeded.Should().BeTrue();

    private Task<bool> TryWriteAsync(string key) =>
        _writing.Store.CompareAndSetAsync(new StateKey("space", key), default, StateEntry.NoVersion).AsTask().ContinueWith(write => write.IsCompletedSuccessfully);
}
