using System.Globalization;
using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Queues;
using Pipeline.Redis.Fixtures;
using Pipeline.Redis.Servers;
using Xunit;
using static Pipeline.Redis.Queues.RedisQueueProcess;

namespace Pipeline.Redis.Queues;

/// <summary>What stands in the server: as it is documented, and what happens to what no version of ours wrote.</summary>
public sealed class RedisQueueFormatTests : IAsyncLifetime
{
    private RedisServer _server = null!;
    private RedisQueueProcess _process = null!;

    public async Task InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _process = Open(_server.ClientOptions(), "p");
    }

    public async Task DisposeAsync()
    {
        await _process.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public void An_entry_is_sent_as_documented()
    {
        var message = new QueueMessage("body"u8.ToArray())
        {
            Id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff", CultureInfo.InvariantCulture),
            Tenant = "acme",
            OrderingKey = "k",
            DeduplicationKey = "d",
            Priority = 7,
            MaxDeliveries = 3,
            Schema = new MessageSchema("invoice", 2, "text/x"),
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["h"] = "v" },
        };

        Convert.ToHexStringLower(QueueEntryFormat.Write(message)).Should().Be(
            "01" + "01" + "07" + "00" + "0003" + "0000" + "0000" + "0000" + "00000000" // version, flags, priority, attempts kept, maximum, failures, crashes, redrives, deliveries
            + "00112233445566778899aabbccddeeff" + "0004" + "0001" + "00000025" + "00000000" // id, lengths of tenant, key, envelope, checkpoint
            + "61636d65" + "6b" // tenant, key
            + "01" + "0007" + "696e766f696365" + "00000002" + "0006" + "746578742f78" // envelope: version, type, its version, content type
            + "0001" + "64" + "0001" + "0001" + "68" + "0001" + "76" + "626f6479"); // deduplication key, one header, body
    }

    [Fact]
    public async Task The_keys_of_a_queue_are_as_documented()
    {
        await _process.Queue.EnqueueAsync([Message("ready"), Message("blocked 1", key: "k"), Message("blocked 2", key: "k"), new QueueMessage("d"u8.ToArray()) { Delay = TimeSpan.FromDays(1), DeduplicationKey = "once" }]);
        await _process.ReceiveAsync(1);
        await _process.Queue.DeadLetterAsync([new QueueRejection((await _process.ReceiveAsync(1))[0].Receipt, DeadLetterReason.Unreadable, new MessageError("E", "e"))]);
        await _process.Queue.EnqueueAsync([Message("other", tenant: "acme")]);

        var keys = ((object[])(await _server.ExecuteAsync("KEYS", "*"))!).Cast<string>().Select(key => key.Contains(":t:", StringComparison.Ordinal) ? key[..(key.IndexOf(":t:", StringComparison.Ordinal) + 3)] : key);

        keys.Distinct(StringComparer.Ordinal).Should().BeEquivalentTo(
            "p:q:{documents}", "p:q:{documents}:r:4:default", "p:q:{documents}:r:4:acme", "p:q:{documents}:o", "p:q:{documents}:a", "p:q:{documents}:l", "p:q:{documents}:i",
            "p:q:{documents}:d", "p:q:{documents}:k", "p:q:{documents}:x", "p:q:{documents}:b", "p:q:{documents}:t:", "p:q:{documents}:u:default\0once");
    }

    [Theory]
    [InlineData("not an entry")]
    [InlineData("")]
    [InlineData("an entry of a version that nobody has written yet, and which is long enough to be one, since an entry takes 60 bytes at least")]
    public async Task What_is_no_entry_becomes_a_dead_letter_as_it_is_and_holds_up_nothing(string foreign)
    {
        await _process.Queue.EnqueueAsync([Message("before")]);
        await _server.ExecuteAsync("RPUSH", _process.Key + ":r:4:default", foreign);
        await _process.Queue.EnqueueAsync([Message("after")]);

        (await _process.ReceiveAsync()).Select(Body).Should().Equal("before", "after");

        var letter = (await _process.Queue.DeadLetters.BrowseAsync(DeadLetterFilter.All)).Items.Should().ContainSingle().Subject;
        letter.Reason.Should().Be(DeadLetterReason.Unreadable);
        System.Text.Encoding.UTF8.GetString(letter.Message.Body.Span).Should().Be(foreign);
        (await _process.Queue.DeadLetters.RedriveAsync(DeadLetterFilter.All)).Should().Be(0, "nobody could work on it");
        (await _process.Queue.DeadLetters.DiscardAsync(DeadLetterFilter.ById(letter.Message.Id))).Should().Be(1);
    }

    [Fact]
    public async Task A_message_whose_envelope_is_of_a_later_version_is_delivered_as_unreadable()
    {
        await _process.Queue.EnqueueAsync([Message("a")]);
        var list = _process.Key + ":r:4:default";
        await _server.ExecuteAsync("EVAL", "local e = redis.call('LPOP', KEYS[1]); redis.call('RPUSH', KEYS[1], e:sub(1, 67) .. string.char(9) .. e:sub(69))", "1", list);

        var received = (await _process.ReceiveAsync()).Should().ContainSingle().Subject;

        received.Message.Schema.Type.Should().Be("unreadable");
        (await _process.Queue.DeadLetterAsync([new QueueRejection(received.Receipt, DeadLetterReason.Unreadable, new MessageError("E", "e"))])).Should().BeEmpty();
        (await _process.Queue.DeadLetters.CountAsync(DeadLetterFilter.All)).Should().Be(1);
    }

    [Fact]
    public async Task Another_type_under_a_key_of_the_queue_is_a_refusal_that_names_the_mend()
    {
        await _server.ExecuteAsync("SET", _process.Key, "somebody else's");

        var thrown = await Assert.ThrowsAsync<BackendRefusedException>(async () => await _process.Queue.EnqueueAsync([Message("a")]));

        thrown.Message.Should().Contain("KeyPrefix").And.NotContain("documents}");
    }

    [Fact]
    public async Task Names_with_braces_and_blanks_keep_their_keys_in_one_slot_and_apart_from_others()
    {
        await using var connection = RedisTestClient.Connect((await SharedServers.ClusterAsync()).ClientOptions(), RedisTestClient.NewPrefix());
        string[] names = ["a{b}c", "{}", "}", "a%7Bb%7Dc", "a b", "ü"];
        await using var provider = new RedisQueueProvider(connection, new QueueCatalog(names.Select(name => new QueueDefinition(name, new QueueOptions()))), new RedisQueueOptions());

        foreach (var name in names)
            await provider.GetQueue(name).EnqueueAsync([Message(name), Message("keyed", key: "}")]);

        foreach (var name in names)
            (await provider.GetQueue(name).ReceiveAsync(10, TimeSpan.FromMinutes(1), TimeSpan.Zero)).Select(Body).Should().Equal(name, "keyed");
    }

    [Fact]
    public async Task Where_there_is_no_memory_left_nothing_can_be_enqueued_and_what_is_there_can_be_finished()
    {
        await _process.Queue.EnqueueAsync([Message("a"), Message("b"), Message("c", key: "k")]);
        var held = await _process.ReceiveAsync(1);
        await _server.ExecuteAsync("CONFIG", "SET", "maxmemory", "1");

        (await Assert.ThrowsAsync<BackendUnavailableException>(async () => await _process.Queue.EnqueueAsync([Message("no room")]))).Reason.Should().Contain("out of memory");
        (await _process.Queue.CompleteAsync([new QueueCompletion(held[0].Receipt)])).Should().BeEmpty();
        var rest = await _process.ReceiveAsync();
        rest.Select(Body).Should().Equal("b", "c");
        (await _process.Queue.CompleteAsync([.. rest.Select(one => new QueueCompletion(one.Receipt))])).Should().BeEmpty();
        (await _process.ReceiveAsync()).Should().BeEmpty();

        await _server.ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        (await _process.Queue.EnqueueAsync([Message("room")]))[0].IsDuplicate.Should().BeFalse();
    }

    [Fact]
    public async Task After_a_promotion_the_queue_goes_on_where_the_replica_stood()
    {
        await using var pair = await RedisReplicaPair.StartAsync();
        var options = pair.Primary.ClientOptions();
        options.EndPoints.Add(pair.Replica.EndPoint);
        await using var process = Open(options, "p");
        await process.Queue.EnqueueAsync([Message("a"), Message("b")]);
        var held = await process.ReceiveAsync(1);
        await pair.CatchUpAsync();
        var old = pair.Primary;
        await pair.PromoteAsync();
        await old.ExecuteAsync("REPLICAOF", "127.0.0.1", pair.Primary.Port.ToString(CultureInfo.InvariantCulture));

        (await process.Queue.CompleteAsync([new QueueCompletion(held[0].Receipt)])).Should().BeEmpty();
        (await process.ReceiveAsync()).Select(Body).Should().Equal("b");
    }

    [Fact]
    public async Task While_its_slot_moves_to_another_node_a_queue_loses_and_doubles_nothing()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var process = Open(cluster.ClientOptions(), "p");
        var enqueued = new List<string>();
        var completed = new List<string>();
        await WorkAsync("before");
        var slot = await cluster.SlotOfAsync(process.Key);
        var source = await cluster.MasterOfAsync(slot);
        var move = await cluster.BeginMoveAsync(slot, cluster.Nodes.Take(3).First(node => node != source));
        await WorkAsync("begun");
        while ((await move.MoveKeysAsync(atMost: 2)).Count > 0)
            await WorkAsync($"moving {enqueued.Count}");
        await move.FinishAsync();
        await Waiting.UntilAsync(async () => await TryAsync(async () => await process.Queue.GetStatsAsync()), "the client to follow");

        await WorkAsync("after");
        await TryAsync(ReceiveAsync);

        completed.Should().BeEquivalentTo(enqueued).And.Contain("before 0").And.Contain("after 0");
        (await process.Queue.GetStatsAsync()).Should().Match<QueueStats>(stats => stats.Depth == 0 && stats.TotalEnqueued == enqueued.Count && stats.TotalCompleted == enqueued.Count);

        async Task WorkAsync(string name)
        {
            for (var i = 0; i < 5; i++)
            {
                var body = $"{name} {i}";
                if (await TryAsync(async () => await process.Queue.EnqueueAsync([Message(body, tenant: $"tenant {i}")])))
                    enqueued.Add(body);
            }

            await TryAsync(ReceiveAsync);
        }

        async Task ReceiveAsync()
        {
            var received = await process.ReceiveAsync();
            if (received.Count > 0 && await TryAsync(async () => await process.Queue.CompleteAsync([.. received.Select(one => new QueueCompletion(one.Receipt))])))
                completed.AddRange(received.Select(Body));
        }

        // What is refused did not run.
        static async Task<bool> TryAsync(Func<Task> call)
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
}
