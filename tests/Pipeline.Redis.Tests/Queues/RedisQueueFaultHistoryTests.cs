using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Conformance.Queues.History;
using Pipeline.Queues;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Pipeline.Redis.Servers.Proxying;
using StackExchange.Redis;
using Xunit;

namespace Pipeline.Redis.Queues;

/// <summary>
/// Producers and consumers over a proxy that cuts connections, drops replies of commands that ran, stalls, and swallows what comes on a connection that
/// stays open. What they saw is judged by the history checker.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class RedisQueueFaultHistoryTests
{
    private const int Producers = 3;
    private const int Consumers = 4;
    private const int LeastMessages = 150;
    private const int LeastFaults = 40;
    private const int MostFaults = 400;
    private const int MaxDeliveries = 1_000;

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    private readonly HistoryLog _log = new();
    private int _producing = Producers;
    private int _faults;
    private int _sent;
    private int _unknown;
    private int _receiveUnknown;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Whatever_becomes_of_connections_and_replies_no_promise_is_broken(int seed)
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = RedisProxy.Start(server.EndPoint);
        var prefix = RedisTestClient.NewPrefix();
        await using var direct = RedisQueueProcess.Open(server.ClientOptions(), prefix);
        var options = server.ClientOptions(proxy);
        using var ended = new CancellationTokenSource();
        var trouble = MakeTroubleAsync(proxy, new Random(seed), ended.Token);

        await Task.WhenAll(
        [
            .. Enumerable.Range(0, Producers).Select(number => Task.Run(() => ProduceAsync(options, prefix, number, new Random(seed + number)))),
            .. Enumerable.Range(0, Consumers).Select(number => Task.Run(() => ConsumeAsync(options, prefix, direct.Queue, number, new Random(seed - number)))),
        ]);
        await ended.CancelAsync();
        await trouble;

        HistoryChecker.Check(_log.Events).Should().BeEmpty();
        var stats = await direct.Queue.GetStatsAsync();
        stats.Should().Match<QueueStats>(all => all.Depth == 0 && all.Dead == 0 && all.TotalEnqueued == _sent && all.TotalCompleted == all.TotalEnqueued);
        _log.Events.Should().Contain(one => one.Kind == HistoryEventKind.Unknown).And.Contain(one => one.Kind == HistoryEventKind.ReceiveUnknown);
    }

    // Faults go by chance: some hit nobody.
    private bool IsTroubleLacking => Volatile.Read(ref _faults) is var faults
        && (faults < LeastFaults || (faults < MostFaults && (Volatile.Read(ref _unknown) == 0 || Volatile.Read(ref _receiveUnknown) == 0)));

    private static RedisQueueProcess Open(ConfigurationOptions options, string prefix) =>
        RedisQueueProcess.Open(options, prefix, new QueueOptions { MaxDeliveries = MaxDeliveries }, settings => settings.CommandTimeout = TimeSpan.FromSeconds(1));

    private async Task ProduceAsync(ConfigurationOptions options, string prefix, int number, Random random)
    {
        await using var process = Open(options, prefix);
        for (var sent = 0; sent < LeastMessages || IsTroubleLacking;)
        {
            var first = sent;
            var count = random.Next(1, 6);
            QueueMessage[] messages = [.. Enumerable.Range(0, count).Select(i => RedisQueueProcess.Message("x", key: (first + i) % 2 == 0 ? $"{number}/{(first + i) % 6}" : null))];
            var began = _log.Begin();
            Write(HistoryEventKind.Enqueuing, began, messages, first);

            // The same call again, until there is an answer.
            while (!await TryAsync(async () => await process.Queue.EnqueueAsync(messages)))
                await Task.Delay(Pause);
            Write(HistoryEventKind.Enqueued, began, messages, first);
            sent += count;
            Interlocked.Add(ref _sent, count);
            await Task.Delay(Pause / 3);
        }

        Interlocked.Decrement(ref _producing);

        void Write(HistoryEventKind kind, long began, QueueMessage[] messages, int first)
        {
            for (var i = 0; i < messages.Length; i++)
                _log.AddEnqueue(kind, $"producer {number}", began, messages[i].Id, messages[i].OrderingKey, first + i, MaxDeliveries);
        }
    }

    private async Task ConsumeAsync(ConfigurationOptions options, string prefix, RedisQueue direct, int number, Random random)
    {
        var name = $"consumer {number}";
        await using var process = Open(options, prefix);
        while (true)
        {
            IReadOnlyList<ReceivedMessage> received = [];
            var began = _log.Begin();
            if (!await TryAsync(async () => received = await process.Queue.ReceiveAsync(random.Next(1, 8), Lease, TimeSpan.FromMilliseconds(50))))
            {
                _log.Add(HistoryEventKind.ReceiveUnknown, name, began, Guid.Empty);
                Interlocked.Increment(ref _receiveUnknown);
                await Task.Delay(Pause);
            }

            foreach (var one in received)
                _log.Add(HistoryEventKind.Received, name, began, one.Message.Id, one.Receipt.AttemptToken);
            foreach (var one in received)
                await EndAsync(process.Queue, name, one.Receipt, random);
            if (received.Count == 0 && Volatile.Read(ref _producing) == 0 && (await direct.GetStatsAsync()).Depth == 0)
                return;
        }
    }

    private async Task EndAsync(RedisQueue queue, string name, QueueReceipt receipt, Random random)
    {
        var fails = random.Next(5) == 0;
        var repeated = false;
        while (true)
        {
            IReadOnlyList<QueueReceipt> lost = [];
            var began = _log.Begin();
            if (!fails)
                _log.Add(HistoryEventKind.Completing, name, began, receipt.MessageId, receipt.AttemptToken);
            if (await TryAsync(async () => lost = fails
                ? await queue.AbandonAsync([QueueAbandonment.Failed(receipt, new MessageError("Test", "failed"))])
                : await queue.CompleteAsync([new QueueCompletion(receipt)])))
            {
                // What is refused after a call without an answer may have been done by that one.
                if (lost.Count == 0)
                    _log.Add(fails ? HistoryEventKind.Failed : HistoryEventKind.Completed, name, began, receipt.MessageId, receipt.AttemptToken);
                else if (!repeated)
                    _log.Add(HistoryEventKind.LeaseRanOut, name, began, receipt.MessageId, receipt.AttemptToken);
                return;
            }

            _log.Add(HistoryEventKind.Unknown, name, began, receipt.MessageId, receipt.AttemptToken);
            Interlocked.Increment(ref _unknown);
            repeated = true;
            await Task.Delay(Pause);
        }
    }

    private async Task MakeTroubleAsync(RedisProxy proxy, Random random, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(40, 160)), CancellationToken.None);
            Interlocked.Increment(ref _faults);
            switch (random.Next(5))
            {
                case 0:
                    proxy.CutConnections();
                    break;
                case 1:
                    // Half open: what comes is swallowed for a while, and then the connections are gone.
                    proxy.Mode = ProxyMode.Stalled;
                    await Task.Delay(TimeSpan.FromMilliseconds(random.Next(50, 300)), CancellationToken.None);
                    proxy.CutConnections();
                    proxy.Mode = ProxyMode.Forwarding;
                    break;
                case 2:
                    proxy.CutBefore(static command => command.Name == "EVALSHA", random.Next(1, 4));
                    break;
                default:
                    proxy.DropReply("EVALSHA", random.Next(1, 4));
                    break;
            }
        }
    }

    private static async Task<bool> TryAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (BackendUnavailableException)
        {
            return false;
        }
    }
}
