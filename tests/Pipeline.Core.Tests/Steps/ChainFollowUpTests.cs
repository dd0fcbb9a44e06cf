using FluentAssertions;
using Pipeline.Queues;
using Xunit;

namespace Pipeline.Steps;

public sealed class ChainFollowUpTests : IDisposable
{
    private readonly StepHost _host = new();
    private bool _fails;

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Follow_ups_of_all_steps_are_collected_in_order()
    {
        var factory = new StubFactory();
        using var chain = _host.Chain<string>(
            c => c.Then("a", Sending("one")).Append("b").Then("c", (item, context, _) =>
            {
                context.FollowUp("two", 42, new EnqueueOptions { Priority = 9 });
                context.FollowUps.Select(f => f.Queue).Should().Equal("one", "two");
                return ValueTask.FromResult(ChainResult.Continue(item));
            }),
            messages: factory);
        var call = new CallContext { Tenant = "acme" };

        var outcome = await chain.RunAsync("", new ChainRunOptions { Call = call });

        outcome.FollowUps.Select(f => f.Queue).Should().Equal("one", "two");
        outcome.FollowUps[1].Message.Should().BeSameAs(factory.Made);
        factory.Asked.Should().Be(("two", (object)42, 9, call));
    }

    [Fact]
    public async Task Those_of_a_step_that_fails_are_dropped()
    {
        using var chain = _host.Chain<string>(c => c.Then("a", (_, context, _) =>
        {
            context.FollowUp("one", new QueueMessage(default));
            throw new FormatException();
        }));

        (await chain.RunAsync("")).FollowUps.Should().BeEmpty();
    }

    [Fact]
    public async Task A_retry_begins_no_later_than_at_the_first_step_whose_follow_ups_would_be_lost()
    {
        _fails = true;
        using var chain = _host.Chain<string>(c => c
            .Append("a")
            .Then("b", Sending("one"))
            .Append("c")
            .Then("d", Sending("two"))
            .Then("e", (item, _, _) => _fails ? throw new FormatException() : ValueTask.FromResult(ChainResult.Continue(item))));

        var failed = await chain.RunAsync("");
        failed.FailedStep.Should().Be("e");
        failed.ResumeStep.Should().Be("b");
        failed.Item.Should().Be("a", "that is what the step to resume at got");
        failed.FollowUps.Should().BeEmpty();

        _fails = false;
        var done = await chain.RunAsync(failed.Item, new ChainRunOptions { ResumeAt = failed.ResumeStep, Attempt = 2 });

        done.Item.Should().Be("abcd");
        done.FollowUps.Select(f => f.Queue).Should().Equal("one", "two");
    }

    [Fact]
    public async Task After_the_run_none_can_be_added()
    {
        ChainContext? kept = null;
        using var chain = _host.Chain<string>(c => c.Then("a", (item, context, _) =>
        {
            kept = context;
            return ValueTask.FromResult(ChainResult.Continue(item));
        }));

        await chain.RunAsync("");

        kept.Invoking(k => k!.FollowUp("one", new QueueMessage(default)))
            .Should().Throw<InvalidOperationException>().WithMessage("The run of chain 'ingest' has ended*before the step returns.");
    }

    [Fact]
    public async Task Bad_follow_ups_are_refused_and_fail_the_step()
    {
        using var chain = _host.Chain<string>(c => c
            .Then("a", (item, context, _) =>
            {
                context.Invoking(k => k.FollowUp("", new QueueMessage(default))).Should().Throw<ArgumentException>();
                context.Invoking(k => k.FollowUp("q", (QueueMessage)null!)).Should().Throw<ArgumentNullException>();
                context.FollowUp("q", 42);
                return ValueTask.FromResult(ChainResult.Continue(item));
            }));

        (await chain.RunAsync("")).Error.Should().BeOfType<InvalidOperationException>()
            .Which.Message.Should().Be("Queue 'q' is not known to chain 'ingest'. Declare it with AddQueue, or hand in a QueueMessage.");
    }

    [Fact]
    public void A_context_made_for_a_test_collects_follow_ups()
    {
        var context = new ChainContext("ingest", "a", new CallContext { Tenant = "acme" });
        context.FollowUp("one", new QueueMessage(default));
        context.FollowUps.Should().ContainSingle();
        (context.ChainName, context.StepName, context.Call.Tenant, context.Attempt).Should().Be(("ingest", "a", "acme", 1));
        FluentActions.Invoking(() => new ChainContext("ingest", "")).Should().Throw<ArgumentException>();
    }

    private static Func<string, ChainContext, CancellationToken, ValueTask<ChainResult<string>>> Sending(string queue) => (item, context, _) =>
    {
        context.FollowUp(queue, new QueueMessage(default));
        return ValueTask.FromResult(ChainResult.Continue(item + context.StepName));
    };

    private sealed class StubFactory : IMessageFactory
    {
        public QueueMessage Made { get; } = new(default);

        public (string Queue, object? Value, int? Priority, CallContext Call) Asked { get; private set; }

        public QueueMessage Create<T>(string queue, T value, EnqueueOptions? options, CallContext call)
        {
            Asked = (queue, value, options?.Priority, call);
            return Made;
        }
    }
}
