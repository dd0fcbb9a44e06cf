using System.Globalization;
using FluentAssertions;
using Pipeline.Postgres.Fixtures;
using Pipeline.Queues;
using Xunit;
using static Pipeline.Postgres.Queues.PostgresQueueProcess;

namespace Pipeline.Postgres.Queues;

/// <summary>What stands on the server: as it is documented, and what happens to what no version of ours wrote.</summary>
public sealed class PostgresQueueFormatTests(PostgresFixture fixture) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private readonly PostgresQueueProcess _process = Open(fixture.ConnectionString);

    public async Task InitializeAsync()
    {
        await _process.Queue.GetStatsAsync();
        await TextAsync("TRUNCATE pipeline.queue_messages, pipeline.queue_receives, pipeline.queue_dead, pipeline.queue_duplicates");
    }

    public async Task DisposeAsync() => await _process.DisposeAsync();

    [Fact]
    public async Task A_message_stands_as_documented()
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
        await _process.Queue.EnqueueAsync([message]);
        var received = (await _process.ReceiveAsync())[0];
        await _process.Queue.AbandonAsync(
            [QueueAbandonment.Failed(received.Receipt, new MessageError("T", "m") { Step = "s" }, checkpoint: new MessageCheckpoint("at", "x"u8.ToArray()))]);

        (await TextAsync(
            """
            SELECT concat_ws(' ', m.lane - t.no * 10, m.id, m.deliveries, m.failures, m.crashes, m.redrives, m.most_deliveries, m.ordering_key, m.line IS NOT NULL, m.lease_until IS NULL,
                encode(m.envelope, 'hex'), encode(m.checkpoint, 'hex'), cardinality(m.attempts), encode(m.attempts[1], 'hex'))
            FROM pipeline.queue_messages m JOIN pipeline.queue_tenants t ON t.no = m.lane / 10 AND t.tenant = 'acme'
            """)).Should().MatchRegex(
            "^2 00112233-4455-6677-8899-aabbccddeeff 1 1 0 0 3 k t t " // the lane is 9 - priority within the tenant's
            + "01" + "0007" + "696e766f696365" + "00000002" + "0006" + "746578742f78" + "0001" + "64" + "0001" + "0001" + "68" + "0001" + "76" + "626f6479 " // envelope
            + "0002" + "6174" + "78 " // checkpoint: step, body
            + "1 " + "00000001" + "[0-9a-f]{16}" + "00" + "000b" + "0001" + "54" + "0001" + "6d" + "0001" + "73" + "0000$"); // attempts: delivery, time, failed, error
        (await TextAsync("SELECT concat_ws(' ', d.key, d.id) FROM pipeline.queue_duplicates d")).Should().Be("d 00112233-4455-6677-8899-aabbccddeeff");
    }

    [Fact]
    public async Task An_envelope_that_no_version_of_ours_wrote_is_delivered_as_what_it_is_and_can_die()
    {
        await _process.Queue.EnqueueAsync([Message("a"), Message("behind")]);
        await TextAsync("UPDATE pipeline.queue_messages SET envelope = 'foreign' WHERE seq = (SELECT min(seq) FROM pipeline.queue_messages) RETURNING 'done'");

        var received = await _process.ReceiveAsync();

        received[0].Message.Schema.Type.Should().Be("unreadable");
        Body(received[0]).Should().Be("foreign");
        Body(received[1]).Should().Be("behind");
        await _process.Queue.DeadLetterAsync([new QueueRejection(received[0].Receipt, DeadLetterReason.Unreadable, new MessageError("E", "e"))]);
        var letters = await _process.Queue.DeadLetters.BrowseAsync(DeadLetterFilter.All);
        letters.Items.Should().ContainSingle().Which.Message.Body.ToArray().Should().Equal("foreign"u8.ToArray());
        (await _process.Queue.DeadLetters.RedriveAsync(DeadLetterFilter.All)).Should().Be(0, "what cannot be read is not sent round again");
        (await _process.Queue.DeadLetters.DiscardAsync(DeadLetterFilter.All)).Should().Be(1);
    }

    private async Task<string?> TextAsync(string sql)
    {
        await using var command = fixture.Source.CreateCommand(sql);
        return await command.ExecuteScalarAsync() as string;
    }
}
