using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Conformance.Caching.FaultInjection;
using Pipeline.Conformance.Vectors.FaultInjection;
using Pipeline.Steps;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Caching;

/// <summary>Whatever fails or is late behind the semantic cache is a miss, and is counted.</summary>
public class SemanticCacheOutageTests
{
    private const string Text = "How do I reset my password?";

    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(1);

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task A_generator_that_fails_is_a_miss()
    {
        await using var host = new SemanticHost();
        await host.RunAsync(Text);
        host.Embedder.Failure = new InvalidOperationException("away");

        (await host.RunAsync(Text)).CacheOutcome.Should().Be(CacheOutcome.Failed);

        host.Runs.Should().Be(2);
        host.Outcomes.Should().Equal("miss", "failed");
        host.Embedder.Failure = null;
        (await host.RunAsync(Text)).CacheOutcome.Should().Be(CacheOutcome.SemanticHit);
    }

    [Theory(Timeout = SemanticHost.TimeLimit)]
    [InlineData(new float[] { 0, 0, 0 })]
    [InlineData(new float[] { float.NaN, 0, 0 })]
    [InlineData(new float[0])]
    public async Task A_generator_that_makes_no_vector_is_a_miss(float[] vector)
    {
        await using var host = new SemanticHost();
        host.Embedder.Embed = _ => vector;

        await host.RunAsync(Text);
        (await host.RunAsync(Text)).CacheOutcome.Should().Be(CacheOutcome.Failed);

        host.Runs.Should().Be(2);
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task A_generator_without_a_model_is_a_miss()
    {
        await using var host = new SemanticHost();
        host.Embedder.ModelId = null;

        (await host.RunAsync(Text)).CacheOutcome.Should().Be(CacheOutcome.Failed);
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task A_generator_that_hangs_holds_the_call_for_its_budget_only()
    {
        await using var host = new SemanticHost();
        var gate = new TaskCompletionSource();
        host.Embedder.Gate = gate.Task;

        var call = host.RunAsync(Text);
        await host.Clock.TimerSetAsync(Budget);
        host.Clock.Advance(Budget);

        (await call).CacheOutcome.Should().Be(CacheOutcome.Failed);
        (host.Runs, host.Outcomes.Single()).Should().Be((1, "late"));
        gate.SetResult();
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task A_caller_that_gives_up_a_look_up_is_not_a_failure_of_the_cache()
    {
        await using var host = new SemanticHost();
        var gate = new TaskCompletionSource();
        host.Embedder.Gate = gate.Task;
        using var cancellation = new CancellationTokenSource();

        var call = host.Step.RunAsync(new Question(Text), cancellationToken: cancellation.Token);
        await host.Clock.TimerSetAsync(Budget);
        await cancellation.CancelAsync();

        await FluentActions.Awaiting(async () => await call).Should().ThrowAsync<OperationCanceledException>();
        host.Outcomes.Should().BeEmpty();
        host.Runs.Should().Be(0);
        gate.SetResult();
    }

    [Theory(Timeout = SemanticHost.TimeLimit)]
    [InlineData(VectorCall.Search)]
    [InlineData(VectorCall.Collections)]
    public async Task An_index_that_fails_is_a_miss(VectorCall call)
    {
        await using var host = new SemanticHost();
        host.VectorFaults.FailBefore(call);

        (await host.RunAsync(Text)).CacheOutcome.Should().Be(CacheOutcome.Failed);
        (await host.RunAsync(Text)).CacheOutcome.Should().Be(CacheOutcome.Miss);
        (await host.RunAsync(Text)).CacheOutcome.Should().Be(CacheOutcome.SemanticHit);
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task An_index_that_hangs_holds_the_call_for_its_budget_only()
    {
        await using var host = new SemanticHost();
        var gate = host.VectorFaults.Hold(VectorCall.Search);

        var call = host.RunAsync(Text);
        await gate.Reached;
        await host.Clock.TimerSetAsync(Budget);
        host.Clock.Advance(Budget);

        (await call).CacheOutcome.Should().Be(CacheOutcome.Failed);
        gate.Open();
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task An_answer_that_cannot_be_kept_is_the_calls_all_the_same()
    {
        await using var host = new SemanticHost();
        host.VectorFaults.FailBefore(VectorCall.Upsert);
        host.CacheFaults.FailBefore(CacheCall.Set);

        (await host.AskAsync(Text)).Should().Be($"default: {Text}");
        (await host.AskAsync(Text)).Should().Be($"default: {Text}");
        (await host.AskAsync(Text)).Should().Be($"default: {Text}");

        host.Runs.Should().Be(3);
        host.Measurements.Of("pipeline.semantic_cache.unkept").Select(one => one.Tags.Split('=')[^1]).Should().Equal("failed", "failed");
        await host.AskAsync(Text);
        host.Runs.Should().Be(3);
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task An_answer_whose_keeping_hangs_reaches_its_caller_after_the_budget()
    {
        await using var host = new SemanticHost();
        var gate = host.VectorFaults.Hold(VectorCall.Upsert);

        var call = host.RunAsync(Text);
        await gate.Reached;
        await host.Clock.TimerSetAsync(Budget, count: 2);
        host.Clock.Advance(Budget);

        (await call).Value.Text.Should().Be($"default: {Text}");
        host.Measurements.Of("pipeline.semantic_cache.unkept").Single().Tags.Should().EndWith("late");
        gate.Open();
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task An_answer_that_has_vanished_from_the_cache_is_a_miss_and_its_request_goes_too()
    {
        await using var host = new SemanticHost();
        await host.RunAsync(Text);
        await host.Services.GetRequiredService<TieredCache>().RemoveByTagAsync("*");
        host.VectorFaults.FailBefore(VectorCall.Upsert);

        (await host.RunAsync(Text)).CacheOutcome.Should().Be(CacheOutcome.Miss);

        var collection = (await host.Index.Collections.ListAsync()).Single().Definition.Name;
        (await host.Index.CountAsync(new(collection, "default"))).Should().Be(0);
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task A_verifier_that_throws_is_a_miss()
    {
        await using var host = new SemanticHost(cache => cache.Verify(new FuncVerifier(_ => throw new InvalidOperationException("broken"))));
        await host.RunAsync(Text);

        (await host.RunAsync(Text)).CacheOutcome.Should().Be(CacheOutcome.Failed);
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task Where_most_look_ups_fail_none_is_tried_for_a_while()
    {
        await using var host = new SemanticHost();
        host.Embedder.Failure = new InvalidOperationException("away");
        for (var i = 0; i < 30; i++)
        {
            await host.RunAsync(Text);
        }

        host.Embedder.Calls.Should().Be(10);
        host.Runs.Should().Be(30);
        host.Outcomes.Should().Equal([.. Enumerable.Repeat("failed", 10), .. Enumerable.Repeat("left_alone", 20)]);

        host.Embedder.Failure = null;
        host.Clock.Advance(TimeSpan.FromSeconds(6));
        await host.RunAsync(Text);
        (await host.RunAsync(Text)).CacheOutcome.Should().Be(CacheOutcome.SemanticHit);
    }

    [Fact(Timeout = SemanticHost.TimeLimit)]
    public async Task A_step_that_fails_fails_and_nothing_is_kept()
    {
        await using var host = new SemanticHost();
        host.OnRun = (_, _) => throw new InvalidOperationException("step");

        await FluentActions.Awaiting(() => host.RunAsync(Text)).Should().ThrowAsync<InvalidOperationException>().WithMessage("step");
        host.OnRun = (_, _) => default;

        (await host.RunAsync(Text)).CacheOutcome.Should().Be(CacheOutcome.Miss);
    }
}
