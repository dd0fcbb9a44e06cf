using System.Text;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Xunit;

namespace Pipeline.Workers;

public sealed class WorkerUnreadableTests
{
    private const string Secret = "hunter2";
    private const string Readable = $$"""{"name":"{{Secret}}","text":"a"}""";

    [Theory(Timeout = WorkerHost.TimeLimit)]
    [InlineData("document", 3, "application/json", $$"""{"name":{{Secret}}""", "could not be read as 'document'")]
    [InlineData("document", 3, "application/json", "null", "could not be read as 'document'")]
    [InlineData("document", 3, "application/json", "", "could not be read as 'document'")]
    [InlineData("invoice", 3, "application/json", Readable, "holds type 'invoice'; this worker reads 'document'")]
    [InlineData("document", 1, "application/json", Readable, "holds version 1 of 'document'; this worker reads 2 to 3")]
    [InlineData("document", 4, "application/json", Readable, "holds version 4 of 'document'; this worker reads 2 to 3")]
    [InlineData("document", 3, "application/cbor", Readable, "encoded as 'application/cbor'; this worker reads 'application/json'")]
    public async Task What_cannot_be_read_is_a_dead_letter_at_once_and_its_reason_quotes_no_payload(
        string type, int version, string contentType, string body, string reason)
    {
        var handling = new Tally();
        await using var host = HostOf(handling);
        await host.Queue.EnqueueAsync(new QueueMessage(Encoding.UTF8.GetBytes(body)) { Schema = new MessageSchema(type, version, contentType) });

        await host.Worker.RunUntilIdleAsync();

        handling.Count.Should().Be(0);
        var letter = (await host.DeadLettersAsync()).Should().ContainSingle().Subject;
        letter.Reason.Should().Be(DeadLetterReason.Unreadable);
        (letter.Deliveries, letter.Failures, letter.Crashes).Should().Be((1, 1, 0));
        letter.Attempts.Should().ContainSingle().Which.Error!.Message.Should().Contain(reason).And.NotContain(Secret);
    }

    [Theory(Timeout = WorkerHost.TimeLimit)]
    [InlineData(2, "application/json")]
    [InlineData(3, "Application/JSON")]
    public async Task Every_version_that_the_queue_says_it_reads_is_read(int version, string contentType)
    {
        var handling = new Tally();
        await using var host = HostOf(handling);
        await host.Queue.EnqueueAsync(new QueueMessage(Encoding.UTF8.GetBytes(Readable)) { Schema = new MessageSchema("document", version, contentType) });

        await host.Worker.RunUntilIdleAsync();

        handling.Count.Should().Be(1);
        (await host.StatsAsync()).TotalCompleted.Should().Be(1);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task An_unreadable_message_does_not_hold_up_those_behind_it()
    {
        var handling = new Tally();
        await using var host = HostOf(handling, options => options.Concurrency = 1);
        await host.EnqueueAsync("no JSON");
        await host.TypedQueueOf<Document>(WorkerHost.QueueName).EnqueueAsync(new Document("a"));

        await host.Worker.RunUntilIdleAsync();

        handling.Count.Should().Be(1);
        (await host.StatsAsync()).Dead.Should().Be(1);
    }

    private static WorkerHost HostOf(Tally handling, Action<QueueWorkerOptions>? options = null) => new(builder => builder
        .AddQueue<Document>(WorkerHost.QueueName, format: format => format.Schema("document", version: 3, oldestReadable: 2))
        .AddStep<Document, int>("count", (_, _, _) => new ValueTask<int>(handling.Enter()))
        .AddStepWorker(WorkerHost.QueueName, "count", options));
}
