using FluentAssertions;
using Pipeline.RateLimiting;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Steps;

public sealed class StepRunnerTests : IDisposable
{
    private readonly StepHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task The_result_carries_the_value_and_what_the_step_reported()
    {
        var runner = _host.Step<string, int>((text, context, _) =>
        {
            context.ReportUsage(new TokenUsage { UncachedInput = 3, Output = 5 });
            context.ReportUsage(new TokenUsage { UncachedInput = 4 });
            context.Cost = 0.25m;
            _host.Clock.Advance(TimeSpan.FromSeconds(2));
            return ValueTask.FromResult(text.Length);
        });

        var result = await runner.RunAsync("seven--");

        result.Value.Should().Be(7);
        result.Attempts.Should().Be(1);
        result.Duration.Should().Be(TimeSpan.FromSeconds(2));
        result.Usage.Should().Be(new TokenUsage { UncachedInput = 7, Output = 5 });
        result.Cost.Should().Be(0.25m);
        result.CacheOutcome.Should().Be(CacheOutcome.NotUsed);
        result.RateLimits.Should().BeEmpty();
        result.ToString().Should().Be("2 s, 1 attempts, cache: NotUsed", "a text that may be logged holds no payload");
        runner.Name.Should().Be("answer");
    }

    [Fact]
    public async Task A_call_that_reports_nothing_inherits_nothing_from_the_one_before()
    {
        var runner = _host.Step<bool, int>(
            (reports, context, _) =>
            {
                if (reports)
                {
                    context.ReportUsage(new TokenUsage { Output = 5 });
                    context.AddRateLimit(Grant());
                    context.Cost = 1;
                    context.CostAvoided = 1;
                    context.PriceTableVersion = "v1";
                    context.CacheOutcome = CacheOutcome.Miss;
                    context.Model = "big";
                }

                context.Model.Should().Be(reports ? "big" : null);
                context.CostAvoided.Should().Be(reports ? 1 : 0);
                context.PriceTableVersion.Should().Be(reports ? "v1" : null);
                return ValueTask.FromResult(context.Attempt);
            });

        var full = await runner.RunAsync(true);
        var plain = await runner.RunAsync(false);

        full.RateLimits.Should().ContainSingle();
        plain.Should().BeEquivalentTo(new StepResult<int>(1) { Attempts = 1 });
        full.RateLimits.Should().ContainSingle("the next call must not take away what a result holds");
    }

    [Fact]
    public async Task The_step_sees_the_call_its_name_version_and_model()
    {
        StepContext? seen = null;
        var runner = _host.Step<string, CallContext>(
            (_, context, _) =>
            {
                seen = context;
                context.StepName.Should().Be("answer");
                context.Version.Should().Be("2");
                context.Model.Should().Be("model-of-q");
                context.Retain();
                return ValueTask.FromResult(CallContext.Current);
            },
            step => step.Version("2").Model(q => $"model-of-{q}"));
        var call = new CallContext { Tenant = "acme", RequestId = "r-1" };

        var result = await runner.RunAsync("q", call);

        result.Value.Should().BeSameAs(call, "the call is the current one inside the step");
        seen!.Call.Should().BeSameAs(call);
        CallContext.Current.Should().BeSameAs(CallContext.Default, "and no longer after it");
    }

    [Fact]
    public async Task The_call_stays_current_in_the_step_across_awaits()
    {
        var runner = _host.Step<int, string>(async (_, _, _) =>
        {
            await Task.Yield();
            return CallContext.Current.Tenant;
        });

        var result = await runner.RunAsync(0, new CallContext { Tenant = "acme" });

        result.Value.Should().Be("acme");
    }

    [Fact]
    public async Task Without_a_context_the_call_is_the_current_one()
    {
        var runner = _host.Step<int, string>((_, context, _) => ValueTask.FromResult(context.Call.Tenant));
        using (CallContext.Use(new CallContext { Tenant = "acme" }))
        {
            (await runner.RunAsync(0)).Value.Should().Be("acme");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_step_throws_reaches_the_caller_as_it_is_and_through_the_task(bool atOnce)
    {
        var failure = new FormatException("bad");
        var runner = _host.Step<int, int>(async (_, _, _) =>
        {
            await Task.Yield();
            throw failure;
        });
        if (atOnce)
        {
            runner = _host.Step<int, int>((_, _, _) => throw failure);
        }

        var task = runner.RunAsync(0);

        (await FluentActions.Awaiting(() => task.AsTask()).Should().ThrowAsync<FormatException>()).Which.Should().BeSameAs(failure);
    }

    [Fact]
    public async Task A_caller_who_has_cancelled_already_gets_that_and_the_step_does_not_run()
    {
        var ran = false;
        var runner = _host.Step<int, int>((_, _, _) =>
        {
            ran = true;
            return ValueTask.FromResult(0);
        });

        await FluentActions.Awaiting(() => runner.RunAsync(0, cancellationToken: new CancellationToken(canceled: true)).AsTask())
            .Should().ThrowAsync<OperationCanceledException>();
        ran.Should().BeFalse();
    }

    [Fact]
    public async Task Calls_at_the_same_time_have_contexts_of_their_own()
    {
        var gate = new TaskCompletionSource();
        var runner = _host.Step<int, StepContext>(async (tokens, context, _) =>
        {
            context.ReportUsage(new TokenUsage { Output = tokens });
            await gate.Task;
            return context;
        });

        var calls = Enumerable.Range(1, 50).Select(i => runner.RunAsync(i).AsTask()).ToArray();
        gate.SetResult();
        var results = await Task.WhenAll(calls);

        results.Select(r => r.Value).Distinct().Should().HaveCount(50);
        results.Select(r => r.Usage.Output).Should().Equal(Enumerable.Range(1, 50).Select(i => (long)i));
    }

    [Fact]
    public async Task A_context_that_is_retained_is_not_used_again()
    {
        var runner = _host.Step<bool, StepContext>((retain, context, _) =>
        {
            if (retain)
            {
                context.Retain();
            }

            return ValueTask.FromResult(context);
        });

        var retained = (await runner.RunAsync(true)).Value;
        var later = (await runner.RunAsync(false)).Value;
        var latest = (await runner.RunAsync(false)).Value;

        later.Should().NotBeSameAs(retained);
        latest.Should().BeSameAs(later, "one that is not retained is");
    }

    [Fact]
    public void A_model_of_bad_name_is_refused()
    {
        var context = new StepContext("answer");
        context.Invoking(c => c.Model = "a\nb").Should().Throw<ArgumentException>().Which.ParamName.Should().Be("Model");
        FluentActions.Invoking(() => new StepContext("")).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Usage_reported_by_many_threads_adds_up()
    {
        var context = new StepContext("answer");
        Parallel.For(0, 10_000, _ => context.ReportUsage(new TokenUsage { Output = 1 }));
        context.Usage.Output.Should().Be(10_000);
    }

    private static RateLimitDecision Grant() => default;
}
