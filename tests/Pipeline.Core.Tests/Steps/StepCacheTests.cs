using System.Text.Json;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Caching;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Steps;

public sealed class StepCacheTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private int _runs;

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_second_equal_call_is_answered_from_the_cache()
    {
        await using var host = StepCacheHost.For<Question, Reply>(AnswerAsync, step => step.Cache(Hour));
        var runner = host.Runner<Question, Reply>();

        var first = await runner.RunAsync(new Question("why?"));
        var second = await runner.RunAsync(new Question("why?"));

        _runs.Should().Be(1);
        second.Value.Should().Be(first.Value);
        (first.CacheOutcome, first.Attempts, first.Usage.Output).Should().Be((CacheOutcome.Miss, 1, 7));
        (second.CacheOutcome, second.Attempts, second.Usage.Output).Should().Be((CacheOutcome.Hit, 0, 0));
        host.Sink.Records.Select(r => (r.Outcome, r.Cache, r.Usage.Output)).Should().Equal(
            (CallOutcome.Succeeded, CacheOutcome.Miss, 7), (CallOutcome.Succeeded, CacheOutcome.Hit, 0));
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task An_answer_is_fresh_for_as_long_as_was_said()
    {
        await using var host = StepCacheHost.For<Question, Reply>(AnswerAsync, step => step.Cache(Hour));
        var runner = host.Runner<Question, Reply>();

        await runner.RunAsync(new Question("why?"));
        host.Clock.Advance(Hour - TimeSpan.FromSeconds(1));
        (await runner.RunAsync(new Question("why?"))).CacheOutcome.Should().Be(CacheOutcome.Hit);
        host.Clock.Advance(TimeSpan.FromSeconds(1));

        (await runner.RunAsync(new Question("why?"))).CacheOutcome.Should().Be(CacheOutcome.Miss);
        _runs.Should().Be(2);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_tenant_never_gets_the_answer_of_another()
    {
        await using var host = StepCacheHost.For<Question, Reply>(AnswerAsync, step => step.Cache(Hour));
        var runner = host.Runner<Question, Reply>();

        var acme = await runner.RunAsync(new Question("why?"), new CallContext { Tenant = "acme" });
        var other = await runner.RunAsync(new Question("why?"), new CallContext { Tenant = "other" });

        acme.Value.Text.Should().Be("acme: why? 1");
        other.Value.Text.Should().Be("other: why? 2");
        other.CacheOutcome.Should().Be(CacheOutcome.Miss);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task Shared_answers_are_for_all_tenants()
    {
        await using var host = StepCacheHost.For<Question, Reply>(AnswerAsync, step => step.Cache(Hour, c => c.Scope(CacheScope.Shared)));
        var runner = host.Runner<Question, Reply>();

        await runner.RunAsync(new Question("why?"), new CallContext { Tenant = "acme" });
        var other = await runner.RunAsync(new Question("why?"), new CallContext { Tenant = "other" });

        other.Value.Text.Should().Be("acme: why? 1");
        other.CacheOutcome.Should().Be(CacheOutcome.Hit);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_tenant_s_own_answers_are_not_the_shared_ones()
    {
        await using var host = new StepCacheHost(suite => suite
            .AddStep<Question, Reply>("own", AnswerAsync, step => step.Cache(Hour))
            .AddStep<Question, Reply>("shared", AnswerAsync, step => step.Cache(Hour, c => c.Scope(CacheScope.Shared))));

        await host.Services.GetRequiredKeyedService<IStepRunner<Question, Reply>>("own").RunAsync(new Question("why?"));
        await host.Services.GetRequiredKeyedService<IStepRunner<Question, Reply>>("shared").RunAsync(new Question("why?"));

        _runs.Should().Be(2, "two steps share nothing, either");
    }

    [Theory(Timeout = StepCacheHost.TimeLimit)]
    [InlineData("small", "small", 1)]
    [InlineData("small", "big", 2)]
    [InlineData(null, "big", 2)]
    public async Task The_model_is_part_of_the_key(string? first, string? second, int runs)
    {
        // The key of one's own leaves the model in: it is part of the key whatever stands for the input.
        await using var host = StepCacheHost.For<Question, Reply>(
            AnswerAsync, step => step.Cache(Hour, c => c.Key(q => q.Text)).Model(q => q.Model));
        var runner = host.Runner<Question, Reply>();

        await runner.RunAsync(new Question("why?", first));
        await runner.RunAsync(new Question("why?", second));

        _runs.Should().Be(runs);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_new_version_of_the_step_shares_no_answer_with_the_old_one()
    {
        var backend = new InMemoryCacheBackend();
        foreach (var version in new[] { "1", "1", "2" })
        {
            await using var host = new StepCacheHost(suite => suite
                .SetRole<ICacheBackend>("test", _ => backend)
                .AddStep<Question, Reply>("answer", AnswerAsync, step => step.Version(version).Cache(Hour)));
            await host.Runner<Question, Reply>().RunAsync(new Question("why?"));
        }

        _runs.Should().Be(2);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task The_order_of_properties_makes_no_difference()
    {
        await using var host = StepCacheHost.For<JsonElement, int>((_, _, _) => ValueTask.FromResult(++_runs), step => step.Cache(Hour));
        var runner = host.Runner<JsonElement, int>();

        var first = await runner.RunAsync(JsonDocument.Parse("""{ "a": 1, "b": { "c": 2, "d": [3, 4] } }""").RootElement);
        var second = await runner.RunAsync(JsonDocument.Parse("""{ "b": { "d": [3.0, 4], "c": 2 }, "a": 1 }""").RootElement);
        var third = await runner.RunAsync(JsonDocument.Parse("""{ "b": { "d": [4, 3], "c": 2 }, "a": 1 }""").RootElement);

        (first.Value, second.Value, third.Value).Should().Be((1, 1, 2));
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_key_of_ones_own_stands_for_the_input_and_none_means_not_cached()
    {
        await using var host = StepCacheHost.For<Question, Reply>(
            AnswerAsync, step => step.Cache(Hour, c => c.Key(q => q.Text.Length == 0 ? null : q.Text.ToUpperInvariant())));
        var runner = host.Runner<Question, Reply>();

        await runner.RunAsync(new Question("Why?"));
        (await runner.RunAsync(new Question("why?"))).Value.Text.Should().Be("default: Why? 1");
        (await runner.RunAsync(new Question(""))).CacheOutcome.Should().Be(CacheOutcome.NotUsed);
        (await runner.RunAsync(new Question(""))).Attempts.Should().Be(1);

        _runs.Should().Be(3);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task An_answer_that_may_not_be_kept_is_returned_and_the_next_call_runs_the_step()
    {
        await using var host = StepCacheHost.For<Question, Reply>(
            AnswerAsync, step => step.Cache(Hour, c => c.Keep(answer => !answer.Text.EndsWith('1'))));
        var runner = host.Runner<Question, Reply>();

        var refused = await runner.RunAsync(new Question("why?"));
        var kept = await runner.RunAsync(new Question("why?"));
        var cached = await runner.RunAsync(new Question("why?"));

        refused.Value.Text.Should().EndWith("1");
        (refused.CacheOutcome, refused.Usage.Output).Should().Be((CacheOutcome.Miss, 7));
        kept.Value.Text.Should().EndWith("2");
        kept.CacheOutcome.Should().Be(CacheOutcome.Miss);
        cached.Value.Should().Be(kept.Value);
        cached.CacheOutcome.Should().Be(CacheOutcome.Hit);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_tag_invalidates_its_answers_and_no_others()
    {
        await using var host = StepCacheHost.For<Question, Reply>(
            AnswerAsync, step => step.Cache(Hour, c => c.Tags(q => ["answers", $"about:{q.Text}"])));
        var runner = host.Runner<Question, Reply>();
        await runner.RunAsync(new Question("why?"));
        await runner.RunAsync(new Question("how?"));

        await host.Cache.RemoveByTagAsync("about:why?");

        (await runner.RunAsync(new Question("why?"))).CacheOutcome.Should().Be(CacheOutcome.Miss);
        (await runner.RunAsync(new Question("how?"))).CacheOutcome.Should().Be(CacheOutcome.Hit);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task Null_is_an_answer_like_any_other()
    {
        await using var host = StepCacheHost.For<Question, Reply?>(
            (_, _, _) =>
            {
                _runs++;
                return ValueTask.FromResult<Reply?>(null);
            },
            step => step.Cache(Hour));
        var runner = host.Runner<Question, Reply?>();

        await runner.RunAsync(new Question("why?"));
        var second = await runner.RunAsync(new Question("why?"));

        second.Value.Should().BeNull();
        second.CacheOutcome.Should().Be(CacheOutcome.Hit);
        _runs.Should().Be(1);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_failure_is_not_cached_and_its_usage_is_counted()
    {
        await using var host = StepCacheHost.For<Question, Reply>(
            (_, context, _) =>
            {
                _runs++;
                context.ReportUsage(new TokenUsage { Output = 3 });
                throw new FormatException();
            },
            step => step.Cache(Hour).Retry(1, TimeSpan.Zero));
        var runner = host.Runner<Question, Reply>();

        for (var i = 0; i < 2; i++)
        {
            await FluentActions.Awaiting(() => runner.RunAsync(new Question("why?")).AsTask()).Should().ThrowAsync<FormatException>();
        }

        _runs.Should().Be(4);
        host.Sink.Records.Should().HaveCount(2).And.OnlyContain(
            r => r.Outcome == CallOutcome.Failed && r.Cache == CacheOutcome.Miss && r.Usage.Output == 6);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task The_run_has_what_the_call_said_and_the_call_has_what_the_run_found_out()
    {
        StepContext? seen = null;
        await using var host = StepCacheHost.For<Question, Reply>(
            (question, context, _) =>
            {
                seen = context;
                CallContext.Current.Should().BeSameAs(context.Call);
                context.Model = "big-2030";
                context.Cost = 0.5m;
                context.PriceTableVersion = "2030-01";
                return AnswerAsync(question, context, default);
            },
            step => step.Version("7").Model(q => q.Model).Cache(Hour));

        var result = await host.Runner<Question, Reply>().RunAsync(
            new Question("why?", "big"), new CallContext { Tenant = "acme", RequestId = "r-1" });

        (seen!.StepName, seen.Version, seen.Call.Tenant).Should().Be(("answer", "7", "acme"));
        result.Cost.Should().Be(0.5m);
        var record = host.Sink.Records.Should().ContainSingle().Subject;
        (record.Model, record.Cost, record.PriceTableVersion, record.RequestId).Should().Be(("big-2030", 0.5m, "2030-01", "r-1"));
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task A_semantic_cache_inside_tells_what_it_did()
    {
        await using var host = StepCacheHost.For<Question, Reply>(AnswerAsync, step => step
            .Cache(Hour)
            .Stage(_ => new FuncStage<Question, Reply>(StepStageOrder.SemanticCache, (_, context, _, _) =>
            {
                context.CacheOutcome = CacheOutcome.SemanticHit;
                context.CostAvoided = 0.25m;
                return ValueTask.FromResult(new Reply("near enough"));
            })));
        var runner = host.Runner<Question, Reply>();

        (await runner.RunAsync(new Question("why?"))).CacheOutcome.Should().Be(CacheOutcome.SemanticHit);
        (await runner.RunAsync(new Question("why?"))).CacheOutcome.Should().Be(CacheOutcome.Hit);

        host.Sink.Records.Select(r => r.CostAvoided).Should().Equal(0.25m, 0);
    }

    [Fact(Timeout = StepCacheHost.TimeLimit)]
    public async Task Invalid_input_is_refused_before_the_cache_is_asked()
    {
        await using var host = StepCacheHost.For<Question, Reply>(
            AnswerAsync, step => step.Cache(Hour, c => c.Key(_ => throw new InvalidOperationException("must not run"))).Validate(_ => "no."));

        await FluentActions.Awaiting(() => host.Runner<Question, Reply>().RunAsync(new Question("why?")).AsTask())
            .Should().ThrowAsync<StepRejectedException>();
    }

    private ValueTask<Reply> AnswerAsync(Question question, StepContext context, CancellationToken cancellationToken)
    {
        context.ReportUsage(new TokenUsage { Output = 7 });
        return ValueTask.FromResult(new Reply($"{context.Call.Tenant}: {question.Text} {Interlocked.Increment(ref _runs)}"));
    }
}
