using FluentAssertions;
using Pipeline.Queues;
using Pipeline.Redis.Fixtures;
using Xunit;

namespace Pipeline.Redis.Queues;

/// <summary>Queues by the server's own clock, which the conformance suite replaces.</summary>
public sealed class RedisQueueTimeTests(RedisNodeFixture node) : IClassFixture<RedisNodeFixture>, IAsyncLifetime
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(300);

    /// <summary>Keys expire by whole milliseconds.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongLease = TimeSpan.FromHours(1);

    private readonly string _prefix = RedisTestClient.NewPrefix();
    private RedisQueueProcess? _process;

    private RedisQueue Queue => _process!.Queue;

    public async Task InitializeAsync() => _process = RedisQueueProcess.Open(
        await RedisTestClient.OptionsAsync(RedisTopologyKind.Node), _prefix, new QueueOptions { DeduplicationWindow = TimeSpan.FromSeconds(1) });

    public async Task DisposeAsync() => await _process!.DisposeAsync();

    [Fact]
    public async Task A_delayed_message_comes_when_the_server_says_that_it_is_due()
    {
        await Queue.EnqueueAsync(new QueueMessage("a"u8.ToArray()) { Delay = Moment });

        var received = (await Queue.ReceiveAsync(1, LongLease, Timeout.InfiniteTimeSpan)).Single();

        (await NowAsync()).Should().BeOnOrAfter(received.EnqueuedAt + Moment);
    }

    [Fact]
    public async Task A_lease_runs_out_when_the_server_says_that_it_is_over()
    {
        await Queue.EnqueueAsync(RedisQueueProcess.Message("a"));
        var before = await NowAsync();
        await Queue.ReceiveAsync(1, Moment, TimeSpan.Zero);

        var received = (await Queue.ReceiveAsync(1, LongLease, Timeout.InfiniteTimeSpan)).Single();

        received.Crashes.Should().Be(1);
        (await NowAsync()).Should().BeOnOrAfter(before + Moment - Slack);
    }

    [Fact]
    public async Task A_deduplication_key_is_forgotten_after_its_window()
    {
        var before = await NowAsync();
        await Queue.EnqueueAsync(Message());

        await Waiting.UntilAsync(async () => !(await Queue.EnqueueAsync(Message())).IsDuplicate, "the key to be forgotten");

        (await NowAsync()).Should().BeOnOrAfter(before + TimeSpan.FromSeconds(1) - Slack);

        static QueueMessage Message() => new("a"u8.ToArray()) { DeduplicationKey = "key" };
    }

    [Fact]
    public async Task A_call_is_remembered_for_five_minutes()
    {
        await Queue.EnqueueAsync(RedisQueueProcess.Message("a"));

        var server = node.Connection.GetServer(node.Connection.GetEndPoints()[0]);
        var token = server.Keys(pattern: $"{_process!.Key}:t:*").Single();

        (await node.Database.KeyTimeToLiveAsync(token)).Should().BePositive().And.BeLessThanOrEqualTo(TimeSpan.FromMinutes(5));
    }

    private async Task<DateTimeOffset> NowAsync()
    {
        var reply = (long[])(await node.Database.ExecuteAsync("TIME"))!;
        return DateTimeOffset.UnixEpoch.AddSeconds(reply[0]).AddMicroseconds(reply[1]);
    }
}
