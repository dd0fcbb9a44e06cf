using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Steps;

public sealed class ChainTests : IDisposable
{
    private readonly StepHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task An_item_goes_through_the_steps_in_order()
    {
        using var chain = _host.Chain<string>(c => c.Append("a").Append("b").Append("c"));

        var outcome = await chain.RunAsync("");

        outcome.Status.Should().Be(ChainStatus.Completed);
        outcome.Item.Should().Be("abc");
        outcome.IsFailed.Should().BeFalse();
        outcome.CanRetry.Should().BeFalse();
        outcome.FollowUps.Should().BeEmpty();
        chain.StepNames.Should().Equal("a", "b", "c");
        chain.Name.Should().Be("ingest");
    }

    [Fact]
    public async Task Halt_ends_the_chain_without_an_error()
    {
        using var chain = _host.Chain<string>(c => c
            .Append("a")
            .Then("stop", (_, context, _) =>
            {
                context.FollowUp("audit", Message());
                return ValueTask.FromResult(ChainResult.Halt<string>("a duplicate"));
            })
            .Append("c"));

        var outcome = await chain.RunAsync("");

        outcome.Status.Should().Be(ChainStatus.Halted);
        outcome.HaltReason.Should().Be("a duplicate");
        outcome.Item.Should().Be("a");
        outcome.IsFailed.Should().BeFalse();
        outcome.FollowUps.Should().ContainSingle().Which.Queue.Should().Be("audit");
    }

    [Fact]
    public async Task A_step_that_throws_fails_the_item_at_that_step_with_the_item_it_got()
    {
        var failure = new FormatException("bad");
        using var chain = _host.Chain<string>(c => c.Append("a").Append("b").Then("c", (_, _, _) => throw failure).Append("d"));

        var outcome = await chain.RunAsync("");

        outcome.Status.Should().Be(ChainStatus.Failed);
        outcome.Error.Should().BeSameAs(failure);
        outcome.FailedStep.Should().Be("c");
        outcome.ResumeStep.Should().Be("c");
        outcome.Item.Should().Be("ab");
        outcome.CanRetry.Should().BeTrue();
        outcome.RateLimitRejection.Should().BeNull();
    }

    [Fact]
    public async Task A_failed_item_resumes_at_the_step_that_failed()
    {
        var attempts = new List<int>();
        using var chain = _host.Chain<string>(c => c.Append("a").Append("b").Then("c", (item, context, _) =>
        {
            attempts.Add(context.Attempt);
            return context.Attempt == 1 ? throw new FormatException() : ValueTask.FromResult(ChainResult.Continue(item + "c"));
        }));

        var first = await chain.RunAsync("");
        var second = await chain.RunAsync(first.Item, new ChainRunOptions { ResumeAt = first.ResumeStep, Attempt = 2 });

        second.Item.Should().Be("abc", "steps that had succeeded did not run again");
        attempts.Should().Equal(1, 2);
    }

    [Fact]
    public async Task A_step_to_resume_at_that_is_gone_makes_the_item_unprocessable_and_is_named()
    {
        using var chain = _host.Chain<string>(c => c.Append("a").Append("b"));

        var outcome = await chain.RunAsync("x", new ChainRunOptions { ResumeAt = "renamed" });

        outcome.Error.Should().BeOfType<UnprocessableMessageException>()
            .Which.Message.Should().StartWith("Chain 'ingest' has no step 'renamed' to resume at; its steps are 'a', 'b'.");
        outcome.FailedStep.Should().Be("renamed");
        outcome.Item.Should().Be("x");
        outcome.CanRetry.Should().BeFalse();
    }

    [Fact]
    public async Task What_no_retry_can_help_is_told_apart()
    {
        (await FailWith(new UnprocessableMessageException("no use"))).CanRetry.Should().BeFalse();
        (await FailWith(new StepRejectedException("s", StepRejectionReason.InvalidInput, "bad."))).CanRetry.Should().BeFalse();
        (await FailWith(new StepRejectedException("s", StepRejectionReason.CircuitOpen, "open."))).CanRetry.Should().BeTrue();
        var limited = new RateLimitRejectedException(default);
        (await FailWith(limited)).RateLimitRejection.Should().BeSameAs(limited);

        async Task<ChainOutcome<string>> FailWith(Exception failure)
        {
            using var chain = _host.Chain<string>(c => c.Then("a", (_, _, _) => throw failure));
            return await chain.RunAsync("");
        }
    }

    [Fact]
    public async Task A_step_that_forgets_to_answer_fails_with_a_clear_error()
    {
        using var chain = _host.Chain<string>(c => c.Then("a", (_, _, _) => default));

        (await chain.RunAsync("")).Error.Should().BeOfType<InvalidOperationException>()
            .Which.Message.Should().Be("Step 'a' of chain 'ingest' returned no answer. Return ChainResult.Continue or ChainResult.Halt.");
    }

    [Fact]
    public async Task The_context_tells_chain_step_call_attempt_and_message()
    {
        var call = new CallContext { Tenant = "acme" };
        var id = Guid.NewGuid();
        var seen = new List<string>();
        using var chain = _host.Chain<string>(c => c.Then("a", See).Then("b", See));

        await chain.RunAsync("", new ChainRunOptions { Call = call, Attempt = 3, MessageId = id });

        seen.Should().Equal("ingest a", "ingest b");
        CallContext.Current.Tenant.Should().Be("default");

        async ValueTask<ChainResult<string>> See(string item, ChainContext context, CancellationToken cancellationToken)
        {
            await Task.Yield();
            context.Call.Should().BeSameAs(call);
            CallContext.Current.Should().BeSameAs(call);
            context.Attempt.Should().Be(3);
            context.MessageId.Should().Be(id);
            seen.Add($"{context.ChainName} {context.StepName}");
            return ChainResult.Continue(item);
        }
    }

    [Fact]
    public async Task Cancellation_by_the_caller_is_thrown_and_no_further_step_runs()
    {
        using var caller = new CancellationTokenSource();
        var ran = false;
        using var chain = _host.Chain<string>(c => c
            .Then("a", (item, _, _) =>
            {
                caller.Cancel();
                return ValueTask.FromResult(ChainResult.Continue(item));
            })
            .Then("b", (item, _, _) =>
            {
                ran = true;
                return ValueTask.FromResult(ChainResult.Continue(item));
            }));

        await FluentActions.Awaiting(() => chain.RunAsync("", cancellationToken: caller.Token).AsTask())
            .Should().ThrowAsync<OperationCanceledException>();
        ran.Should().BeFalse();
    }

    [Fact]
    public async Task A_cancellation_that_is_not_the_callers_fails_the_item()
    {
        using var chain = _host.Chain<string>(c => c.Then("a", (_, _, _) => throw new TaskCanceledException("an HTTP client's own time-out")));

        (await chain.RunAsync("")).Error.Should().BeOfType<TaskCanceledException>();
    }

    [Fact]
    public async Task Classes_are_resolved_from_the_container_and_registered_where_they_are_not()
    {
        using var chain = _host.Chain<string>(
            c => c.Then<Shout>().Then<Shout>("again"), register: s => s.AddSingleton("!"));

        (await chain.RunAsync("hey")).Item.Should().Be("hey!!");
        chain.StepNames.Should().Equal("Shout", "again");
    }

    [Fact]
    public async Task A_registered_step_is_run_by_its_runner()
    {
        var runner = _host.Step<int, int>(
            (length, context, _) => ValueTask.FromResult(context.Call.Tenant.Length * length), step => step.Validate(n => n > 0 ? null : "empty."));
        using var chain = _host.Chain<string>(
            c => c.Append("a").ThenStep<int, int>("answer", text => text.Length, (text, n) => $"{text}{n}"),
            register: s => s.AddKeyedSingleton("answer", runner));

        (await chain.RunAsync("", new ChainRunOptions { Call = new CallContext { Tenant = "acme" } })).Item.Should().Be("a4");
        chain.StepNames.Should().Equal("a", "answer");
    }

    [Fact]
    public void A_registered_step_that_does_not_exist_is_named_when_the_chain_is_made()
    {
        FluentActions.Invoking(() => _host.Chain<string>(c => c.ThenStep<int, string>("missing", t => t.Length, (_, s) => s)))
            .Should().Throw<InvalidOperationException>()
            .WithMessage("Chain 'ingest' calls step 'missing', but no step of this name takes Int32 and gives String.*AddStep*");
    }

    [Fact]
    public void An_empty_chain_bad_names_and_doubles_are_refused_with_the_mend()
    {
        FluentActions.Invoking(() => _host.Chain<string>(_ => { })).Should().Throw<InvalidOperationException>()
            .WithMessage("Chain 'ingest' has no step. Add one with Then or ThenStep, or remove the chain.");
        FluentActions.Invoking(() => new ChainBuilder<string>("")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new ChainBuilder<string>(new string('x', 513))).Should().Throw<ArgumentException>();
        var builder = new ChainBuilder<string>("ingest").Append("a");
        builder.Invoking(b => b.Append("a")).Should().Throw<ArgumentException>().WithMessage("Chain 'ingest' has a step 'a' already*another name*");
        builder.Invoking(b => b.Append("")).Should().Throw<ArgumentException>();
        builder.Invoking(b => b.Append("x\ny")).Should().Throw<ArgumentException>();
        builder.Invoking(b => b.Then("x", null!)).Should().Throw<ArgumentNullException>();
        builder.Invoking(b => b.ThenStep<int, int>("x", null!, null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => ChainResult.Halt<string>("")).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new ChainRunOptions { Attempt = 0 }).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public async Task Runs_and_steps_are_measured_with_their_outcome()
    {
        using var metrics = new MeasurementCollector(_host.Meters);
        using var chain = _host.Chain<string>(c => c
            .Then("a", (item, _, _) =>
            {
                _host.Clock.Advance(TimeSpan.FromSeconds(2));
                return ValueTask.FromResult(ChainResult.Continue(item));
            })
            .Then("b", (item, _, _) => item switch
            {
                "halt" => ValueTask.FromResult(ChainResult.Halt<string>("enough")),
                "fail" => throw new FormatException(),
                "limit" => throw new RateLimitRejectedException(default),
                _ => ValueTask.FromResult(ChainResult.Continue(item)),
            }));

        foreach (var item in new[] { "go", "halt", "fail", "limit" })
        {
            (await chain.RunAsync(item)).Duration.Should().Be(TimeSpan.FromSeconds(2));
        }

        string[] outcomes = ["succeeded", "halted", "failed", "rate_limited"];
        metrics.Of("pipeline.chain.duration").Should().Equal(
            outcomes.Select(o => (2.0, $"pipeline.chain=ingest pipeline.outcome={o}")));
        metrics.Of("pipeline.chain.step.duration").Where(m => m.Tags.Contains("step=b", StringComparison.Ordinal)).Should().Equal(
            outcomes.Select(o => (0.0, $"pipeline.chain=ingest pipeline.step=b pipeline.outcome={o}")));
    }

    private static QueueMessage Message() => new(new byte[] { 1 });

    private sealed class Shout(string suffix) : IChainStep<string>
    {
        public ValueTask<ChainResult<string>> ExecuteAsync(string item, ChainContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult(ChainResult.Continue(item + suffix));
    }
}
