using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Steps;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.Queues;

public sealed class TypedQueueTests : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly IQueue<Document> _queue;

    public TypedQueueTests()
    {
        var services = new ServiceCollection();
        services.AddPipeline().AddQueue<Document>("documents", queue => queue.MaxBodyBytes = 100, format => format.Schema("document", version: 2));
        _services = services.BuildServiceProvider();
        _queue = _services.GetRequiredService<IQueue<Document>>();
    }

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task A_message_carries_the_schema_and_what_its_options_say()
    {
        var id = Guid.NewGuid();
        var result = await _queue.EnqueueAsync(new Document("a"), new EnqueueOptions
        {
            Id = id,
            Tenant = "acme",
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["source"] = "upload" },
            DeduplicationKey = "once",
            OrderingKey = "folder",
            Priority = 9,
            MaxDeliveries = 2,
        });

        result.Should().Be(new EnqueueResult(id, IsDuplicate: false));
        var received = await ReceiveOneAsync();
        var message = received.Message;
        (message.Id, message.Tenant, message.DeduplicationKey, message.OrderingKey, message.Priority, message.MaxDeliveries)
            .Should().Be((id, "acme", "once", "folder", 9, 2));
        message.Schema.Should().Be(new MessageSchema("document", 2, "application/json"));
        message.Headers.Should().ContainKey("source").WhoseValue.Should().Be("upload");
        received.MaxDeliveries.Should().Be(2);
    }

    [Fact]
    public async Task Times_are_those_of_the_options()
    {
        var due = new DateTimeOffset(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await _queue.EnqueueAsync(new Document("a"), new EnqueueOptions { Delay = TimeSpan.FromDays(1) });
        await _queue.EnqueueAsync(new Document("b"), new EnqueueOptions { NotBefore = due });

        (await _queue.Untyped.GetStatsAsync()).Delayed.Should().Be(2);
        var both = () => _queue.EnqueueAsync(new Document("c"), new EnqueueOptions { Delay = TimeSpan.FromDays(1), NotBefore = due }).AsTask();
        (await both.Should().ThrowAsync<ArgumentException>()).WithMessage("*either a Delay or a NotBefore, not both*");
    }

    [Fact]
    public async Task The_current_call_goes_with_the_message_and_the_options_go_before_it()
    {
        var call = new CallContext { Tenant = "acme", User = "ada", RequestId = "r1" };
        using (CallContext.Use(call))
        {
            await _queue.EnqueueAsync(new Document("a"));
            await _queue.EnqueueAsync(new Document("b"), new EnqueueOptions
            {
                Tenant = "other",
                Headers = new Dictionary<string, string>(StringComparer.Ordinal) { [MessageHeaders.User] = "grace" },
            });
        }

        var first = (await ReceiveOneAsync()).Message;
        (first.Tenant, first.Headers[MessageHeaders.User], first.Headers[MessageHeaders.RequestId]).Should().Be(("acme", "ada", "r1"));
        var second = (await ReceiveOneAsync()).Message;
        (second.Tenant, second.Headers[MessageHeaders.User]).Should().Be(("other", "grace"));
    }

    [Fact]
    public async Task A_batch_is_added_in_its_order()
    {
        var results = await _queue.EnqueueBatchAsync([new Document("a"), new Document("b"), new Document("c")]);

        results.Should().HaveCount(3).And.OnlyHaveUniqueItems();
        var received = await _queue.Untyped.ReceiveAsync(3, QueueLimits.MaxLease, TimeSpan.Zero);
        received.Select(message => message.Message.Id).Should().Equal(results.Select(result => result.MessageId));
    }

    [Fact]
    public async Task A_batch_that_holds_a_null_is_refused_whole()
    {
        var act = () => _queue.EnqueueBatchAsync([new Document("a"), null!]).AsTask();

        (await act.Should().ThrowAsync<ArgumentException>()).WithMessage("*1 is null. Leave it out.*").WithParameterName("values");
        (await _queue.Untyped.GetStatsAsync()).Depth.Should().Be(0);
    }

    [Fact]
    public async Task One_id_or_deduplication_key_cannot_serve_a_batch()
    {
        Document[] two = [new("a"), new("b")];

        foreach (var options in new EnqueueOptions[] { new() { Id = Guid.NewGuid() }, new() { DeduplicationKey = "once" } })
        {
            var act = () => _queue.EnqueueBatchAsync(two, options).AsTask();
            (await act.Should().ThrowAsync<ArgumentException>()).WithMessage("*cannot serve several values*one by one*").WithParameterName("options");
            (await _queue.EnqueueBatchAsync([two[0]], options)).Should().ContainSingle();
        }
    }

    [Fact]
    public async Task Bad_arguments_are_named()
    {
        var nothing = () => _queue.EnqueueAsync(null!).AsTask();
        var none = () => _queue.EnqueueBatchAsync([]).AsTask();
        var many = () => _queue.EnqueueBatchAsync(Enumerable.Repeat(new Document("a"), 1_001).ToList()).AsTask();
        var large = () => _queue.EnqueueAsync(new Document(new string('x', 100))).AsTask();
        var tenant = () => _queue.EnqueueAsync(new Document("a"), new EnqueueOptions { Tenant = "a\nb" }).AsTask();
        var priority = () => _queue.EnqueueAsync(new Document("a"), new EnqueueOptions { Priority = 10 }).AsTask();

        await nothing.Should().ThrowAsync<ArgumentNullException>().WithParameterName("value");
        (await none.Should().ThrowAsync<ArgumentException>()).WithMessage("*0 items. Give 1 to 1000*");
        (await many.Should().ThrowAsync<ArgumentException>()).WithMessage("*1001 items. Give 1 to 1000*");
        (await large.Should().ThrowAsync<ArgumentException>()).WithMessage("*bytes long; queue 'documents' takes 100.*raise MaxBodyBytes*");
        (await tenant.Should().ThrowAsync<ArgumentException>()).WithMessage("*control character U+000A*");
        await priority.Should().ThrowAsync<ArgumentOutOfRangeException>();
        (await _queue.Untyped.GetStatsAsync()).Depth.Should().Be(0);
    }

    [Fact]
    public async Task A_message_can_be_read_and_what_cannot_is_told()
    {
        await _queue.EnqueueAsync(new Document("a", "text"));
        var message = (await ReceiveOneAsync()).Message;

        _queue.TryRead(message, out var document).Should().BeTrue();
        document.Should().Be(new Document("a", "text"));
        _queue.TryRead(new QueueMessage(message.Body), out var none).Should().BeFalse("it is of another type");
        none.Should().BeNull();
        var nothing = () => _queue.TryRead(null!, out _);
        nothing.Should().Throw<ArgumentNullException>().WithParameterName("message");
    }

    [Theory]
    [InlineData("", 1, 0, "type")]
    [InlineData("a", 0, 0, "version")]
    [InlineData("a", -1, 0, "version")]
    [InlineData("a", 2, 3, "oldestReadable")]
    [InlineData("a", 2, -1, "oldestReadable")]
    public void A_bad_schema_is_refused_where_it_is_declared(string type, int version, int oldest, string argument)
    {
        var act = () => new MessageFormat<Document>().Schema(type, version, oldest);

        act.Should().Throw<ArgumentException>().WithParameterName(argument);
    }

    private async Task<ReceivedMessage> ReceiveOneAsync() =>
        (await _queue.Untyped.ReceiveAsync(1, QueueLimits.MaxLease, TimeSpan.Zero)).Should().ContainSingle().Subject;
}
