using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Queues;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.Redis.Servers.Proxying;
using Xunit;
using static Pipeline.Redis.Queues.RedisQueueProcess;

namespace Pipeline.Redis.Queues;

/// <summary>Replies that never come, after the command ran.</summary>
public sealed class RedisQueueLossTests : IAsyncLifetime
{
    private RedisServer _server = null!;
    private RedisProxy _proxy = null!;
    private RedisQueueProcess _process = null!;

    private RedisQueue Queue => _process.Queue;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _proxy = RedisProxy.Start(_server.EndPoint);
        _process = Open(_server.ClientOptions(_proxy), RedisTestClient.NewPrefix(), configure: options => options.CommandTimeout = TimeSpan.FromSeconds(4));
        await Queue.EnqueueAsync([Message("warm")]);
        await Queue.CompleteAsync([new QueueCompletion((await _process.ReceiveAsync())[0].Receipt)]);
    }

    public async Task DisposeAsync()
    {
        await _process.DisposeAsync();
        await _proxy.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public async Task An_enqueue_whose_reply_was_lost_is_repeated_without_adding_anything_twice(int count)
    {
        var messages = Enumerable.Range(0, count).Select(i => Message($"{i}")).ToArray();
        _proxy.DropReply("EVALSHA");
        await AssertUnavailableAsync(async () => await Queue.EnqueueAsync(messages));

        (await RepeatAsync(async () => await Queue.EnqueueAsync(messages))).Should().OnlyContain(result => result.IsDuplicate);

        (await _process.ReceiveAsync()).Select(Body).Should().Equal(messages.Select((_, i) => $"{i}"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public async Task What_a_receive_leased_whose_reply_was_lost_comes_with_the_next_and_nothing_is_charged(int count)
    {
        await Queue.EnqueueAsync([.. Enumerable.Range(0, 10).Select(i => Message($"{i}", key: i % 2 == 0 ? $"{i}" : null))]);
        _proxy.DropReply("EVALSHA");
        await AssertUnavailableAsync(async () => await _process.ReceiveAsync(count));
        (await StatsOfOtherAsync()).Leased.Should().Be(count, "the command ran");

        var received = await RepeatAsync(() => _process.ReceiveAsync().AsTask());

        received.Select(Body).Should().Equal(Enumerable.Range(0, 10).Select(i => $"{i}"));
        received.Should().OnlyContain(one => one.Deliveries == 1 && one.Crashes == 0);
        (await Queue.CompleteAsync([.. received.Select(one => new QueueCompletion(one.Receipt))])).Should().BeEmpty();
    }

    [Fact]
    public async Task A_completion_whose_reply_was_lost_is_done_once()
    {
        await Queue.EnqueueAsync([Message("a"), Message("b")]);
        var received = await _process.ReceiveAsync();
        QueueCompletion[] completions = [.. received.Select(one => new QueueCompletion(one.Receipt))];
        _proxy.DropReply("EVALSHA");
        await AssertUnavailableAsync(async () => await Queue.CompleteAsync(completions));

        (await RepeatAsync(() => Queue.CompleteAsync(completions).AsTask())).Should().Equal(received.Select(one => one.Receipt));

        (await Queue.GetStatsAsync()).Should().Match<QueueStats>(stats => stats.Depth == 0 && stats.TotalCompleted == 3);
    }

    [Fact]
    public async Task On_a_network_that_swallows_everything_a_call_ends_with_its_deadline_and_the_next_connection_serves()
    {
        await Queue.EnqueueAsync([Message("a")]);
        _proxy.Mode = ProxyMode.Stalled;

        for (var i = 0; i < 3; i++)
            await AssertUnavailableAsync(async () => await _process.ReceiveAsync());

        var connections = _proxy.Accepted;
        _proxy.CutConnections();
        _proxy.Mode = ProxyMode.Forwarding;
        var received = await RepeatAsync(async () => await _process.ReceiveAsync() is { Count: > 0 } some ? some : throw new BackendUnavailableException("test", "nothing yet"));

        _proxy.Accepted.Should().BeGreaterThan(connections);
        received.Should().ContainSingle().Which.Should().Match<ReceivedMessage>(one => one.Crashes == 0);
    }

    [Fact]
    public async Task Who_waits_behind_a_call_that_fails_is_told_at_once_and_nothing_of_his_was_sent()
    {
        using var hold = _proxy.Hold("EVALSHA");
        var first = Enumerable.Range(0, 2).Select(i => Queue.EnqueueAsync([Message($"first {i}")]).AsTask()).ToArray();
        var behind = Enumerable.Range(0, 20).Select(i => Queue.EnqueueAsync([Message($"behind {i}")]).AsTask()).ToArray();

        _proxy.CutConnections();

        foreach (var call in first.Concat(behind))
            await call.Invoking(one => one).Should().ThrowAsync<BackendUnavailableException>();
        hold.Dispose();
        (await StatsOfOtherAsync()).Ready.Should().Be(0);
    }

    [Fact]
    public async Task Notifications_that_were_cut_are_made_up_for_when_the_connection_is_back()
    {
        var waiting = Queue.ReceiveAsync(1, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(30)).AsTask();
        await Waiting.UntilAsync(async () => await _server.ExecuteAsync("EXISTS", _process.Key + ":c") is 1L, "the receive to wait");
        _proxy.Mode = ProxyMode.Refusing;
        _proxy.CutConnections();
        await using (var other = OpenDirectly())
            await other.Queue.EnqueueAsync([Message("while away")]);

        _proxy.Mode = ProxyMode.Forwarding;

        try
        {
            Body((await waiting).Single()).Should().Be("while away");
        }
        catch (BackendUnavailableException)
        {
            // The poll fell into the gap; its caller asks again.
            (await RepeatAsync(() => _process.ReceiveAsync(1).AsTask())).Should().ContainSingle();
        }
    }

    private static async Task AssertUnavailableAsync(Func<Task> call) => await call.Should().ThrowAsync<BackendUnavailableException>();

    /// <summary>Repeats a call until the connection is back.</summary>
    private static async Task<T> RepeatAsync<T>(Func<Task<T>> call)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (BackendUnavailableException) when (attempt < 500)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20));
            }
        }
    }

    private RedisQueueProcess OpenDirectly() => Open(_server.ClientOptions(), _process.Connection.Keys.Root.TrimEnd(':'));

    private async Task<QueueStats> StatsOfOtherAsync()
    {
        await using var other = OpenDirectly();
        return await other.Queue.GetStatsAsync();
    }
}
