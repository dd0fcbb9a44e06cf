using System.Collections.Concurrent;
using FluentAssertions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Queues;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Workers;

public sealed class ChainWorkerTests
{
    private const string Summaries = "summaries";

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_chain_resumes_at_the_step_that_failed_with_the_item_as_it_was()
    {
        var trail = new ConcurrentQueue<string>();
        var failures = new Tally();
        await using var host = HostOf(chain => chain
            .Then("read", (item, _, _) => Go(trail, item, "read"))
            .Then("embed", (item, _, _) => failures.Enter() <= 2 ? throw new InvalidOperationException("It failed.") : Go(trail, item, "embed"))
            .Then("store", (item, _, _) => Go(trail, item, "store")));
        await EnqueueAsync(host);

        await host.PumpUntilAsync(host.Worker.RunUntilIdleAsync());

        trail.Should().Equal("read from ''", "embed from 'read'", "store from 'read embed'");
        var stats = await host.StatsAsync();
        (stats.TotalCompleted, stats.TotalFailures).Should().Be((1, 2));
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_dead_letter_names_the_step_of_each_attempt_and_redriven_resumes_at_the_last()
    {
        var trail = new ConcurrentQueue<string>();
        var reads = new Tally();
        var isMended = false;
        await using var host = HostOf(
            chain => chain
                .Then("read", (item, _, _) => reads.Enter() == 1 ? throw new InvalidOperationException("Unread.") : Go(trail, item, "read"))
                .Then("embed", (item, _, _) => isMended ? Go(trail, item, "embed") : throw new InvalidOperationException("Unembedded.")),
            queue => queue.MaxDeliveries = 3);
        await EnqueueAsync(host);

        await host.PumpUntilAsync(host.Worker.RunUntilIdleAsync());

        var letter = (await host.DeadLettersAsync()).Should().ContainSingle().Subject;
        letter.Attempts.Select(attempt => (attempt.Error!.Step, attempt.Error.Message))
            .Should().Equal(("read", "Unread."), ("embed", "Unembedded."), ("embed", "Unembedded."));
        letter.Checkpoint!.Step.Should().Be("embed");
        isMended = true;
        (await host.Queue.DeadLetters.RedriveAsync(DeadLetterFilter.All)).Should().Be(1);
        await host.Worker.RunUntilIdleAsync();
        trail.Should().Equal("read from ''", "embed from 'read'");
        (await host.StatsAsync()).TotalCompleted.Should().Be(1);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_checkpoint_of_a_step_that_the_chain_no_longer_has_is_a_dead_letter_that_keeps_it()
    {
        await using var host = HostOf(chain => chain.Then("read", (item, _, _) => new(ChainResult.Continue(item))));
        await EnqueueAsync(host);
        var received = (await host.TakeAsync()).Should().ContainSingle().Subject;
        await host.Queue.Inner.AbandonAsync(QueueAbandonment.Deferred(received.Receipt, TimeSpan.Zero, new MessageCheckpoint("gone", received.Message.Body)));

        await host.Worker.RunUntilIdleAsync();

        var letter = (await host.DeadLettersAsync()).Should().ContainSingle().Subject;
        letter.Reason.Should().Be(DeadLetterReason.Unprocessable);
        letter.Checkpoint!.Step.Should().Be("gone");
        letter.Attempts.Should().ContainSingle().Which.Error!.Message.Should().Contain("no step 'gone'");
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task While_a_chain_is_disabled_its_worker_receives_nothing_and_then_goes_on()
    {
        var handling = new Tally();
        var configuration = new ConfigurationManager { ["Chains:ingest:Enabled"] = "false" };
        await using var host = HostOf(chain => chain.Then("read", (item, _, _) =>
        {
            handling.Enter();
            return new(ChainResult.Continue(item));
        }), configuration: configuration);
        await EnqueueAsync(host);
        var chain = host.Services.GetRequiredKeyedService<Chain<Document>>("ingest");

        host.Start();
        var enabled = chain.WaitUntilEnabledAsync();
        enabled.IsCompleted.Should().BeFalse();
        configuration["Chains:ingest:Enabled"] = "true";
        ((IConfigurationRoot)configuration).Reload();
        await enabled;
        await host.Queue.EndedAsync("Complete");

        handling.Count.Should().Be(1);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_disabled_chain_leaves_its_messages_to_others_and_does_not_keep_its_worker_from_stopping()
    {
        await using var host = HostOf(
            chain => chain.Then("read", (item, _, _) => new(ChainResult.Continue(item))),
            configuration: new ConfigurationManager { ["Chains:ingest:Enabled"] = "false" });
        await EnqueueAsync(host);

        host.Start();
        host.Stop();
        await host.Running;

        host.Queue.Begun("Receive").Should().BeEmpty();
        (await host.TakeAsync()).Should().ContainSingle().Which.Deliveries.Should().Be(1);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_worker_whose_chain_is_disabled_is_idle_where_there_is_nothing_to_do()
    {
        await using var host = HostOf(
            chain => chain.Then("read", (item, _, _) => new(ChainResult.Continue(item))),
            configuration: new ConfigurationManager { ["Chains:ingest:Enabled"] = "false" });

        await host.Worker.RunUntilIdleAsync();
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_message_that_was_received_when_its_chain_was_disabled_is_deferred_and_charged_nothing()
    {
        var configuration = new ConfigurationManager { ["Chains:ingest:Enabled"] = "true" };
        await using var host = HostOf(chain => chain.Then("read", (item, _, _) => new(ChainResult.Continue(item))), configuration: configuration);
        host.Start();
        await host.Queue.BegunAsync("Receive");

        configuration["Chains:ingest:Enabled"] = "false";
        ((IConfigurationRoot)configuration).Reload();
        await EnqueueAsync(host);
        await host.Queue.EndedAsync("Abandon");

        var stats = await host.StatsAsync();
        (stats.Delayed, stats.TotalFailures).Should().Be((1, 0));
        host.Clock.Advance(TimeSpan.FromSeconds(5));
        (await host.TakeAsync()).Should().ContainSingle().Which.Deliveries.Should().Be(1);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_chain_that_takes_too_long_fails_its_message_in_the_step_that_ran()
    {
        var timeout = TimeSpan.FromSeconds(7);
        var embedding = new Tally();
        var never = new TaskCompletionSource<ChainResult<Document>>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = HostOf(
            chain => chain
                .Timeout(timeout)
                .Then("read", (item, _, _) => new(ChainResult.Continue(item)))
                .Then("embed", (_, _, _) =>
                {
                    embedding.Enter();
                    return new(never.Task);
                }),
            queue => queue.MaxDeliveries = 1);
        await EnqueueAsync(host);

        var done = host.Worker.RunUntilIdleAsync();
        await embedding.ReachedAsync(1);
        host.Clock.Advance(timeout);
        await done;

        var error = (await host.DeadLettersAsync()).Should().ContainSingle().Which.Attempts.Should().ContainSingle().Subject.Error!;
        (error.Type, error.Step).Should().Be(("ChainTimeoutException", "embed"));
        never.SetCanceled();
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Follow_ups_appear_with_the_completion_and_not_with_a_failure()
    {
        var failures = new Tally();
        await using var host = HostOf(chain => chain
            .Then("summarize", (item, context, _) =>
            {
                context.FollowUp(Summaries, item with { Text = "short" });
                return new(ChainResult.Continue(item));
            })
            .Then("store", (item, _, _) => failures.Enter() == 1 ? throw new InvalidOperationException("It failed.") : new(ChainResult.Continue(item))));
        await EnqueueAsync(host);

        host.Start();
        await host.Queue.EndedAsync("Abandon");
        (await host.StatsAsync(Summaries)).TotalEnqueued.Should().Be(0);
        await host.PumpUntilAsync(host.Queue.EndedAsync("Complete"));

        var stats = await host.StatsAsync(Summaries);
        (stats.TotalEnqueued, stats.Ready).Should().Be((1, 1));
        (await host.StatsAsync()).Depth.Should().Be(0);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_chain_that_halts_completes_its_message()
    {
        await using var host = HostOf(chain => chain
            .Then("read", (_, _, _) => new(ChainResult.Halt<Document>("Nothing in it.")))
            .Then("store", (_, _, _) => throw new InvalidOperationException("Never reached.")));
        await EnqueueAsync(host);

        await host.Worker.RunUntilIdleAsync();

        var stats = await host.StatsAsync();
        (stats.TotalCompleted, stats.TotalFailures).Should().Be((1, 0));
    }

    private static WorkerHost HostOf(Action<ChainBuilder<Document>> chain, Action<QueueOptions>? queue = null, IConfiguration? configuration = null) => new(
        builder => builder
            .AddQueue<Document>(WorkerHost.QueueName, queue)
            .AddQueue<Document>(Summaries)
            .AddChain("ingest", chain)
            .AddWorker(WorkerHost.QueueName, "ingest", WorkerHost.LongLease),
        configuration);

    private static async Task EnqueueAsync(WorkerHost host) =>
        await host.TypedQueueOf<Document>(WorkerHost.QueueName).EnqueueAsync(new Document("a"));

    private static ValueTask<ChainResult<Document>> Go(ConcurrentQueue<string> trail, Document item, string step)
    {
        trail.Enqueue($"{step} from '{item.Text}'");
        return new(ChainResult.Continue(item with { Text = $"{item.Text} {step}".Trim() }));
    }
}
