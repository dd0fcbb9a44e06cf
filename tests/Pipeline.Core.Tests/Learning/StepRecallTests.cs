using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Conformance.Learning.FaultInjection;
using Pipeline.DependencyInjection;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Learning;

public sealed class StepRecallTests
{
    private static readonly Func<string, StepContext, CancellationToken, ValueTask<string>> Learnings =
        (_, context, _) => ValueTask.FromResult(string.Join('|', context.Learnings.Select(match => match.Learning.Record.Finding)));

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task A_step_finds_what_its_earlier_runs_for_the_same_tenant_have_taught()
    {
        await using var host = Host(step => step.Recall(text => text));
        await host.Store.RecordAsync([host.Record("alpha bravo"), host.Record("alpha", step: "other"), host.Record("charlie")]);
        await host.Store.RecordAsync(host.Record("alpha of acme", tenant: "acme"));

        (await host.Step.RunAsync("alpha")).Value.Should().Be("alpha bravo");
        (await host.Step.RunAsync("alpha", new CallContext { Tenant = "acme" })).Value.Should().Be("alpha of acme");
        (await host.Step.RunAsync("alpha", new CallContext { Tenant = "none" })).Value.Should().BeEmpty();
        (await host.Step.RunAsync("delta")).Value.Should().BeEmpty();
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task Limit_tokens_and_least_score_hold()
    {
        await using var host = Host(step => step.Recall(text => text, limit: 2, maxTokens: 5, minScore: 0.3));
        await host.Store.RecordAsync([host.Record("alpha"), host.Record("alpha bravo charlie"), host.Record("alpha b"), host.Record("alpha c")]);

        var found = (await host.Step.RunAsync("alpha")).Value.Split('|');

        found.Should().HaveCount(2).And.NotContain("alpha bravo charlie");
        (await host.Step.RunAsync("alpha x y z")).Value.Should().BeEmpty("a quarter of the words, half of it without outcomes, is less than 0.3");
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task A_query_of_ones_own_decides_all()
    {
        await using var host = Host(step => step.Recall((text, context) => text.Length == 0
            ? null
            : new RecallQuery { Filter = new LearningFilter { Tenant = context.Call.Tenant, Step = text } }));
        await host.Store.RecordAsync([host.Record("alpha"), host.Record("bravo", step: "other")]);

        (await host.Step.RunAsync("other")).Value.Should().Be("bravo");
        (await host.Step.RunAsync("")).Value.Should().BeEmpty();
    }

    [Theory(Timeout = LearningHost.TimeLimit)]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \n ")]
    public async Task A_blank_text_recalls_nothing(string? text)
    {
        await using var host = Host(step => step.Recall(_ => text));
        host.Faults.FailBefore(LearningCall.Recall);

        (await host.Step.RunAsync("x")).Value.Should().BeEmpty();

        host.Measurements.Of("pipeline.learning.recalls").Should().BeEmpty();
    }

    [Theory(Timeout = LearningHost.TimeLimit)]
    [InlineData("alpha \0 \uD83D bravo")]
    [InlineData("alpha")]
    public async Task Any_text_can_be_recalled_by(string text)
    {
        await using var host = Host(step => step.Recall(input => input + new string(' ', 100_000) + "\uD83D\uDE00"));
        await host.Store.RecordAsync(host.Record("alpha"));

        (await host.Step.RunAsync(text)).Value.Should().Be("alpha");
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task A_recall_that_fails_leaves_the_step_to_run_without()
    {
        await using var host = Host(step => step.Recall(text => text.Length > 1 ? throw new InvalidOperationException("secret") : text));
        host.Faults.FailBefore(LearningCall.Recall);
        host.Faults.FailBefore(LearningCall.Recall, exception: new InvalidOperationException());

        (await host.Step.RunAsync("a")).Value.Should().BeEmpty();
        (await host.Step.RunAsync("a")).Value.Should().BeEmpty();
        (await host.Step.RunAsync("ab")).Value.Should().BeEmpty();

        host.Measurements.Of("pipeline.learning.recalls").Select(one => one.Tags).Should().Equal("pipeline.outcome=degraded", "pipeline.outcome=degraded");
        host.Measurements.Of("pipeline.learning.failures").Should().Equal((1, "pipeline.learning.operation=recall"));
        host.Logs.Entries.Should().ContainSingle(entry => entry.Id == 6001).Which.Text.Should().NotContain("secret");
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task A_recall_that_hangs_is_waited_for_within_the_budget()
    {
        await using var host = Host(
            step => step.Recall(text => text), builder => builder.ConfigureLearning(options => options.RecallBudget = TimeSpan.FromMilliseconds(200)));
        await host.Store.RecordAsync(host.Record("alpha"));
        var gate = host.Faults.Hold(LearningCall.Recall);

        var run = host.Step.RunAsync("alpha").AsTask();
        await gate.Reached;
        await host.Clock.TimerSetAsync(TimeSpan.FromMilliseconds(200));
        host.Clock.Advance(TimeSpan.FromMilliseconds(199));
        run.IsCompleted.Should().BeFalse();
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));

        (await run).Value.Should().BeEmpty();
        host.Logs.Entries.Should().ContainSingle(entry => entry.Id == 6002);
        gate.Open();
        (await host.Step.RunAsync("alpha")).Value.Should().Be("alpha");
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task A_caller_who_gives_up_during_the_recall_cancels_the_call()
    {
        await using var host = Host(step => step.Recall(text => text));
        var gate = host.Faults.Hold(LearningCall.Recall);
        using var cancellation = new CancellationTokenSource();

        var run = host.Step.RunAsync("alpha", cancellationToken: cancellation.Token).AsTask();
        await gate.Reached;
        await cancellation.CancelAsync();

        await FluentActions.Awaiting(() => run).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task What_the_cache_answers_recalls_nothing()
    {
        await using var host = Host(step => step.Recall(text => text).Cache(TimeSpan.FromMinutes(1), cache => cache.Key(text => text)));
        await host.Store.RecordAsync(host.Record("alpha"));

        (await host.Step.RunAsync("alpha")).Value.Should().Be("alpha");
        (await host.Step.RunAsync("alpha")).Value.Should().Be("alpha");

        host.Measurements.Of("pipeline.learning.recalls").Should().ContainSingle();
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task A_streaming_step_recalls_too()
    {
        await using var host = new LearningHost(builder => builder.AddStreamingStep<string, string, EchoLearnings>("answer", step => step.Recall(text => text)));
        await host.Store.RecordAsync([host.Record("alpha b"), host.Record("alpha c")]);

        var found = new List<string>();
        await foreach (var finding in host.StreamingStep.RunAsync("alpha"))
        {
            found.Add(finding);
        }

        found.Should().BeEquivalentTo("alpha b", "alpha c");
    }

    [Theory]
    [InlineData(0, 1, 0.5, "Limit")]
    [InlineData(101, 1, 0.5, "Limit")]
    [InlineData(5, 0, 0.5, "MaxTokens")]
    [InlineData(5, 1, 1.1, "MinScore")]
    [InlineData(5, 1, double.NaN, "MinScore")]
    public void Numbers_out_of_range_are_refused_when_the_step_is_declared(int limit, int maxTokens, double minScore, string argument)
    {
        var act = () => Host(step => step.Recall(text => text, limit, maxTokens, minScore));

        act.Should().Throw<ArgumentOutOfRangeException>().Which.ParamName.Should().Be(argument);
    }

    private static LearningHost Host(Action<StepBuilder<string, string>> configure, Action<IPipelineBuilder>? declare = null) => new(builder =>
    {
        builder.AddStep("answer", Learnings, configure);
        declare?.Invoke(builder);
    });

    private sealed class EchoLearnings : IStreamingStep<string, string>
    {
        public async IAsyncEnumerable<string> ExecuteAsync(
            string input, StepContext context, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            foreach (var match in context.Learnings)
            {
                await Task.Yield();
                yield return match.Learning.Record.Finding;
            }
        }
    }
}
