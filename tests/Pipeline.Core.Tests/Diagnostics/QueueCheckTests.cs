using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Backends;
using Pipeline.Conformance;
using Pipeline.DependencyInjection;
using Pipeline.Queues;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.Diagnostics;

public sealed class QueueCheckTests
{
    private static readonly DoctorHost Development = new() { Environment = "Development" };

    [Fact]
    public async Task A_queue_in_memory_without_a_worker_is_a_warning()
    {
        var result = await new DoctorHost().AskAsync("queue.workers", builder => builder
            .AddQueue("documents").AddWorker<IdleHandler>("documents").AddQueue("b").AddQueue("a"));

        result.Should().BeEquivalentTo(DoctorResult.Warning(
            "2 queues in this process's memory have no worker in it: 'a', 'b'.",
            "Declare a worker with AddWorker or AddStepWorker; or put the queues on a backend that other processes work on, for instance with UseRedis. "
            + "If the host receives from them by hand, leave the check out (--except queue.workers)."));
    }

    [Fact]
    public async Task A_queue_with_a_worker_under_another_name_is_well()
    {
        var result = await new DoctorHost().AskAsync("queue.workers", builder => builder.AddQueue("documents").AddWorker<IdleHandler>("documents", name: "other"));

        result.Should().Be(DoctorResult.Ok("1 queue: 1 with a worker here, 0 for other processes."));
    }

    [Fact]
    public async Task A_process_that_only_enqueues_into_a_backend_is_well()
    {
        var result = await new DoctorHost().AskAsync("queue.workers", builder => OnBackend(builder.AddQueue("documents")));

        result.Should().Be(DoctorResult.Ok("1 queue: 0 with a worker here, 1 for other processes."));
    }

    [Fact]
    public async Task Messages_in_memory_are_a_warning_outside_of_development()
    {
        var unknown = await new DoctorHost().AskAsync("queue.durability", builder => builder.AddQueue("documents"));
        var production = await new DoctorHost { Environment = "Production" }.AskAsync("queue.durability", builder => builder.AddQueue("documents"));

        unknown.Status.Should().Be(DoctorStatus.Warning);
        unknown.Summary.Should().Be("1 queue in this process's memory: its end, planned or not, loses every message that is not completed.");
        unknown.Mend.Should().StartWith("Name a backend for the queues, for instance with UseRedis").And.EndWith("(--except queue.durability).");
        production.Should().Be(unknown);
    }

    [Fact]
    public async Task Messages_are_durable_on_a_backend_and_need_not_be_in_development()
    {
        (await new DoctorHost().AskAsync("queue.durability", builder => OnBackend(builder.AddQueue("documents")))).Should().Be(DoctorResult.Ok("1 queue on a backend of its own."));
        (await Development.AskAsync("queue.durability", builder => builder.AddQueue("documents"))).Should().Be(DoctorResult.Ok("1 queue in memory, which will do for development."));
        (await new DoctorHost().AskAsync("queue.durability", _ => { })).Should().Be(DoctorResult.Ok("No queue is declared."));
    }

    [Fact]
    public async Task A_queue_in_memory_without_a_bound_is_a_warning()
    {
        var host = new DoctorHost { Configuration = Suite.Configure("Queues:documents:MaxDeliveries", "4") };

        var result = await host.AskAsync("queue.capacity", builder => builder.AddQueue("documents").AddQueue("bounded", options => options.Capacity = 10));

        result.Should().Be(DoctorResult.Warning(
            "1 queue in this process's memory without a Capacity: 'documents'. A backlog grows until the memory is used up.",
            "Set Pipeline:Queues:documents:Capacity, for instance to 100000, in the configuration or where the code sets it."));
        (await host.AskAsync("queue.capacity", builder => builder.AddQueue("documents").AddQueue("audit"))).Should().Be(DoctorResult.Warning(
            "2 queues in this process's memory without a Capacity: 'audit', 'documents'. A backlog grows until the memory is used up.",
            "Set Pipeline:Queues:audit:Capacity, for instance to 100000, in the configuration or where the code sets it. The same for the others."));
    }

    [Fact]
    public async Task Bounded_queues_and_those_of_a_backend_or_in_development_are_well()
    {
        (await new DoctorHost().AskAsync("queue.capacity", builder => builder.AddQueue("a", options => options.Capacity = 1))).Should().Be(DoctorResult.Ok("1 queue, of which 1 with a Capacity."));
        (await new DoctorHost().AskAsync("queue.capacity", builder => OnBackend(builder.AddQueue("a")))).Status.Should().Be(DoctorStatus.Ok);
        (await Development.AskAsync("queue.capacity", builder => builder.AddQueue("a"))).Status.Should().Be(DoctorStatus.Ok);
    }

    [Theory]
    [InlineData(1, "Queue 'a' has MaxDeliveries 1: a single failure, or a process that is killed, makes a message a dead letter.", "Set Queues:a:MaxDeliveries to 3 or more, in the configuration or where the code sets it.")]
    [InlineData(2, null, null)]
    [InlineData(100, null, null)]
    [InlineData(101, "Queue 'a' has MaxDeliveries 101: a message that can never succeed is tried so often.", "Set Queues:a:MaxDeliveries to 100 or less, in the configuration or where the code sets it.")]
    public async Task Too_few_and_too_many_deliveries_are_a_warning(int deliveries, string? problem, string? mend)
    {
        var result = await new DoctorHost().AskAsync("queue.deliveries", builder => builder.AddQueue("a", options => options.MaxDeliveries = deliveries));

        result.Should().Be(problem is null ? DoctorResult.Ok("1 queue with 2 to 100 deliveries of a message.") : DoctorResult.Warning(problem, mend!));
    }

    [Fact]
    public async Task Dead_letters_are_a_warning_until_they_are_dealt_with()
    {
        await using var provider = new DoctorHost().Build(builder => builder.AddQueue("a", options => options.MaxDeliveries = 1));
        var queue = provider.GetRequiredKeyedService<IQueue>("a");
        async Task<DoctorResult> AskAsync() => (await provider.GetRequiredService<Doctor>().RunAsync(new DoctorRunOptions { Only = ["queue.dead-letters"] })).Rows[0].Result;
        (await AskAsync()).Should().Be(DoctorResult.Ok("No dead letters in 1 queue."));

        await queue.EnqueueAsync(new QueueMessage(new byte[] { 1 }));
        var received = await queue.ReceiveAsync(1, TimeSpan.FromSeconds(30), TimeSpan.Zero);
        await queue.DeadLetterAsync([new QueueRejection(received[0].Receipt, DeadLetterReason.Unprocessable, new MessageError("test", "test"))]);

        (await AskAsync()).Should().Be(DoctorResult.Warning(
            "Queue 'a' has 1 dead letter.",
            "Browse them for their errors (IDeadLetterQueue.BrowseAsync), mend the cause, and redrive or discard them (RedriveAsync, DiscardAsync)."));
    }

    [Theory]
    [InlineData(900, DoctorStatus.Ok, "2 ready messages in 1 queue, none for longer than 00:15:00.")]
    [InlineData(901, DoctorStatus.Warning, "Queue 'a' has 2 ready messages, the oldest for 00:15:01.")]
    public async Task A_backlog_of_more_than_a_quarter_of_an_hour_is_a_warning(int seconds, DoctorStatus status, string summary)
    {
        var clock = new ManualTimeProvider();
        var result = await new DoctorHost { Clock = clock }.AskAsync("queue.backlog", builder => builder.AddQueue("a"), async provider =>
        {
            var queue = provider.GetRequiredKeyedService<IQueue>("a");
            await queue.EnqueueAsync(new QueueMessage(new byte[] { 1 }));
            clock.Advance(TimeSpan.FromSeconds(seconds));
            await queue.EnqueueAsync(new QueueMessage(new byte[] { 1 }));
        });

        (result.Status, result.Summary).Should().Be((status, summary));
    }

    [Theory]
    [InlineData("queue.dead-letters")]
    [InlineData("queue.backlog")]
    public async Task A_queue_backend_that_does_not_answer_is_an_error_and_such_checks_use_the_network(string check)
    {
        await using var provider = new DoctorHost().Build(builder => builder.AddQueue("a").AddQueue("b")
            .SetRole<IQueueProvider>("UseAway", services => new AwayProvider(services.GetRequiredService<QueueCatalog>())));
        var doctor = provider.GetRequiredService<Doctor>();

        var report = await doctor.RunAsync(new DoctorRunOptions { Only = [check] });
        var skipped = await doctor.RunAsync(new DoctorRunOptions { Only = [check], SkipNetwork = true });

        report.Rows[0].Result.Should().Be(DoctorResult.Error("Queues at x did not answer 'stats'.", "Start Queues at x, or correct its address."));
        skipped.Skipped.Should().Equal(check);
    }

    private static IPipelineBuilder OnBackend(IPipelineBuilder builder) =>
        builder.SetRole<IQueueProvider>("UseBackend", services => new InMemoryQueueProvider(services.GetRequiredService<QueueCatalog>(), services.GetRequiredService<TimeProvider>()));

    private sealed class AwayProvider(QueueCatalog catalog) : IQueueProvider
    {
        public QueueCatalog Catalog => catalog;

        public IQueue GetQueue(string name) => throw new BackendUnavailableException("Queues at x", "stats");
    }

    private sealed class IdleHandler : IMessageHandler
    {
        public ValueTask HandleAsync(MessageContext context, CancellationToken cancellationToken) => default;
    }
}
