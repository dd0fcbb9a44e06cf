using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Conformance.Learning.FaultInjection;
using Pipeline.DependencyInjection;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Learning;

public sealed class StepLearnTests
{
    private static readonly LearningFilter All = new() { Tenant = "acme" };
    private static readonly CallContext Call = new() { Tenant = "acme", RequestId = "request-1" };

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task What_is_learned_from_a_call_is_recorded_under_its_tenant_step_and_request()
    {
        await using var host = Host(step => step.Learn(
            (input, output, context) => $"{input} became {output} in {context.Attempt} attempts.",
            (record, input, _) => record with { Interventions = ["upper-case"], Severity = LearningSeverity.Low, Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["input"] = input } }));

        (await host.Step.RunAsync("alpha", Call)).Value.Should().Be("ALPHA");

        var learned = (await host.Inner.QueryAsync(All)).Items.Should().ContainSingle().Subject.Record;
        (learned.RunId, learned.Step, learned.Finding, learned.Created).Should().Be(("request-1", "answer", "alpha became ALPHA in 1 attempts.", host.Clock.GetUtcNow()));
        (learned.Interventions[0], learned.Severity, learned.Attributes["input"]).Should().Be(("upper-case", LearningSeverity.Low, "alpha"));
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task The_same_run_again_is_learned_from_once()
    {
        await using var host = Host(step => step.Learn((input, _, _) => input));

        await host.Step.RunAsync("alpha", Call);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await host.Step.RunAsync("alpha", Call);
        await host.Step.RunAsync("alpha", Call with { RequestId = "request-2" });
        await host.Step.RunAsync("alpha", Call with { RequestId = null });
        await host.Step.RunAsync("alpha", Call with { RequestId = null });

        (await host.Inner.QueryAsync(All)).Items.Should().HaveCount(4, "without a request or a trace each call is a run of its own");
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task Without_a_finding_nothing_is_recorded_nor_from_a_call_that_failed()
    {
        await using var host = Host(step => step.Learn((input, _, _) => input == "alpha" ? null : input));

        await host.Step.RunAsync("alpha", Call);
        await FluentActions.Awaiting(() => host.Step.RunAsync("", Call).AsTask()).Should().ThrowAsync<InvalidOperationException>();

        (await host.Inner.QueryAsync(All)).Items.Should().BeEmpty();
    }

    public static TheoryData<string, Action<StepBuilder<string, string>>> BadLearnings() => new()
    {
        { "throws", step => step.Learn((_, _, _) => throw new InvalidOperationException("secret")) },
        { "empty", step => step.Learn((_, _, _) => "") },
        { "blank", step => step.Learn((_, _, _) => " ") },
        { "too long", step => step.Learn((_, _, _) => new string('x', 32_769)) },
        { "refining throws", step => step.Learn((_, _, _) => "x", (_, _, _) => throw new InvalidOperationException("secret")) },
        { "refining gives no name", step => step.Learn((_, _, _) => "x", (record, _, _) => record with { Interventions = [""] }) },
    };

    [Theory(Timeout = LearningHost.TimeLimit)]
    [MemberData(nameof(BadLearnings))]
    public async Task A_learning_that_cannot_be_made_is_counted_and_logged_and_the_answer_goes_out(string what, Action<StepBuilder<string, string>> learn)
    {
        await using var host = Host(learn);

        (await host.Step.RunAsync("alpha", Call)).Value.Should().Be("ALPHA", what);

        host.Measurements.Of("pipeline.learning.failures").Should().Equal((1, "pipeline.learning.operation=record"));
        host.Logs.Entries.Should().ContainSingle(entry => entry.Id == 6003).Which.Text.Should().NotContain("secret");
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task A_store_that_fails_does_not_fail_the_call()
    {
        await using var host = Host(step => step.Learn((input, _, _) => input));
        host.Faults.FailBefore(LearningCall.Record);

        (await host.Step.RunAsync("alpha", Call)).Value.Should().Be("ALPHA");

        host.Measurements.Of("pipeline.learning.failures").Should().ContainSingle();
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task A_store_that_hangs_holds_the_answer_for_the_budget_only_and_the_recording_goes_on()
    {
        await using var host = Host(step => step.Learn((input, _, _) => input));
        var gate = host.Faults.Hold(LearningCall.Record);

        var run = host.Step.RunAsync("alpha", Call).AsTask();
        await gate.Reached;
        await host.Clock.TimerSetAsync(TimeSpan.FromSeconds(1));
        host.Clock.Advance(TimeSpan.FromMilliseconds(999));
        run.IsCompleted.Should().BeFalse();
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await run).Value.Should().Be("ALPHA");

        (await host.Inner.QueryAsync(All)).Items.Should().BeEmpty();
        gate.Open();
        await RecordedAsync(host);
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task A_caller_who_gives_up_during_the_recording_has_the_answer_and_it_is_recorded()
    {
        await using var host = Host(step => step.Learn((input, _, _) => input));
        var gate = host.Faults.Hold(LearningCall.Record);
        using var cancellation = new CancellationTokenSource();

        var run = host.Step.RunAsync("alpha", Call, cancellation.Token).AsTask();
        await gate.Reached;
        await cancellation.CancelAsync();

        (await run).Value.Should().Be("ALPHA");
        gate.Open();
        await RecordedAsync(host);
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task With_a_budget_of_zero_the_answer_does_not_wait()
    {
        await using var host = Host(step => step.Learn((input, _, _) => input), builder => builder.ConfigureLearning(options => options.RecordBudget = TimeSpan.Zero));
        var gate = host.Faults.Hold(LearningCall.Record);

        (await host.Step.RunAsync("alpha", Call)).Value.Should().Be("ALPHA");

        gate.Open();
        await RecordedAsync(host);
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task What_a_step_learned_it_recalls()
    {
        await using var host = new LearningHost(builder => builder.AddStep<string, string>(
            "answer",
            (input, context, _) => ValueTask.FromResult($"{input}: {context.Learnings.Count}"),
            step => step.Recall(input => input).Learn((input, _, _) => $"{input} was asked.")));

        (await host.Step.RunAsync("alpha", Call)).Value.Should().Be("alpha: 0");
        (await host.Step.RunAsync("alpha", Call)).Value.Should().Be("alpha: 1");
    }

    private static LearningHost Host(Action<StepBuilder<string, string>> configure, Action<IPipelineBuilder>? declare = null) => new(builder =>
    {
        builder.AddStep(
            "answer",
            (input, _, _) => input.Length == 0 ? throw new InvalidOperationException("empty") : ValueTask.FromResult(input.ToUpperInvariant()),
            configure);
        declare?.Invoke(builder);
    });

    private static async Task RecordedAsync(LearningHost host)
    {
        while ((await host.Inner.QueryAsync(All)).Items.Count == 0)
        {
            await Task.Yield();
        }
    }
}
