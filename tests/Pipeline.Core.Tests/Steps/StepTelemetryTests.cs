using System.Collections.Concurrent;
using System.Diagnostics;
using FluentAssertions;
using Pipeline.RateLimiting;
using Pipeline.Telemetry;
using Xunit;

namespace Pipeline.Steps;

public sealed class StepTelemetryTests
{
    public static TheoryData<Exception, CallOutcome, string> Failures => new()
    {
        { new FormatException(), CallOutcome.Failed, "failed" },
        { new StepTimeoutException("answer", TimeSpan.FromSeconds(1)), CallOutcome.TimedOut, "timed_out" },
        { new RateLimitRejectedException(default), CallOutcome.RateLimited, "rate_limited" },
        { new StepRejectedException("answer", StepRejectionReason.Overloaded, "busy."), CallOutcome.Rejected, "rejected" },
        { new OperationCanceledException(), CallOutcome.Failed, "failed" },
    };

    [Fact]
    public async Task Every_sink_gets_one_record_a_call()
    {
        var sinks = new[] { new RecordingSink(), new RecordingSink() };
        using var host = new StepHost([.. sinks]);
        var runner = host.Step<int, int>(
            (input, context, _) =>
            {
                context.ReportUsage(new TokenUsage { Output = 5 });
                context.Cost = 0.5m;
                context.CostAvoided = 0.25m;
                context.PriceTableVersion = "2030-01";
                context.CacheOutcome = CacheOutcome.Miss;
                host.Clock.Advance(TimeSpan.FromSeconds(3));
                return ValueTask.FromResult(input);
            },
            step => step.Model(_ => "big"));
        var began = host.Clock.GetUtcNow();

        await runner.RunAsync(1, new CallContext { Tenant = "acme", RequestId = "r-1" });

        foreach (var sink in sinks)
        {
            var record = sink.Records.Should().ContainSingle().Subject;
            record.IsValid.Should().BeTrue();
            record.Should().Be(new TelemetryRecord
            {
                Id = record.Id,
                Time = began,
                Duration = TimeSpan.FromSeconds(3),
                Step = "answer",
                Tenant = "acme",
                Model = "big",
                RequestId = "r-1",
                Outcome = CallOutcome.Succeeded,
                Cache = CacheOutcome.Miss,
                Usage = new TokenUsage { Output = 5 },
                Cost = 0.5m,
                CostAvoided = 0.25m,
                PriceTableVersion = "2030-01",
            });
        }

        sinks[0].Records.Single().Id.Should().Be(sinks[1].Records.Single().Id, "it is one record, wherever it is kept");
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_failure_is_recorded_by_its_kind_and_never_by_its_text(Exception failure, CallOutcome outcome, string tag)
    {
        var sink = new RecordingSink();
        using var host = new StepHost(sink);
        using var metrics = new MeasurementCollector(host.Meters);
        var runner = host.Step<int, int>((_, _, _) => throw failure);

        await FluentActions.Awaiting(() => runner.RunAsync(0).AsTask()).Should().ThrowAsync<Exception>();

        var record = sink.Records.Should().ContainSingle().Subject;
        record.Outcome.Should().Be(outcome);
        record.ErrorType.Should().Be(failure.GetType().Name);
        metrics.Of("pipeline.step.duration").Should().Equal((0, $"pipeline.step=answer pipeline.outcome={tag}"));
    }

    [Fact]
    public async Task What_the_caller_cancelled_is_recorded_as_cancelled()
    {
        var sink = new RecordingSink();
        using var host = new StepHost(sink);
        var runner = host.Step<int, int>((_, _, _) => ValueTask.FromResult(0));

        await FluentActions.Awaiting(() => runner.RunAsync(0, cancellationToken: new CancellationToken(canceled: true)).AsTask())
            .Should().ThrowAsync<OperationCanceledException>();

        sink.Records.Single().Outcome.Should().Be(CallOutcome.Canceled);
    }

    [Fact]
    public async Task A_sink_that_throws_breaks_no_call_keeps_no_record_from_the_next_sink_and_is_logged_once()
    {
        var good = new RecordingSink();
        using var host = new StepHost(new RecordingSink(new FormatException()), good);
        using var metrics = new MeasurementCollector(host.Meters);
        var runner = host.Step<int, int>((input, _, _) => ValueTask.FromResult(input));

        await runner.RunAsync(1);
        (await runner.RunAsync(2)).Value.Should().Be(2);

        good.Records.Should().HaveCount(2);
        host.Logs.Incidents.Should().ContainSingle().Which.Id.Should().Be(1003);
        metrics.Of("pipeline.telemetry.sink.errors").Should().Equal((1, "pipeline.sink=recording"), (1, "pipeline.sink=recording"));
    }

    [Fact]
    public async Task Durations_are_measured_in_seconds()
    {
        using var host = new StepHost();
        using var metrics = new MeasurementCollector(host.Meters);
        var runner = host.Step<int, int>((input, _, _) =>
        {
            host.Clock.Advance(TimeSpan.FromMilliseconds(1500));
            return ValueTask.FromResult(input);
        });

        await runner.RunAsync(1);

        metrics.Of("pipeline.step.duration").Should().Equal((1.5, "pipeline.step=answer pipeline.outcome=succeeded"));
    }

    [Fact]
    public async Task A_run_is_an_activity_that_the_step_sees_and_the_caller_does_not()
    {
        using var host = new StepHost();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => string.Equals(source.Name, "Pipeline", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        using var outer = new Activity("caller").Start();
        var fails = false;
        var seen = new ConcurrentQueue<Activity?>();
        var runner = host.Step<int, int>(
            (input, _, _) =>
            {
                seen.Enqueue(Activity.Current);
                return fails ? throw new FormatException("secret") : ValueTask.FromResult(input);
            },
            step => step.Model(_ => "big"));

        await runner.RunAsync(1, new CallContext { Tenant = "acme" });
        Activity.Current.Should().BeSameAs(outer);
        fails = true;
        await FluentActions.Awaiting(() => runner.RunAsync(1).AsTask()).Should().ThrowAsync<FormatException>();
        Activity.Current.Should().BeSameAs(outer);

        var (good, bad) = (seen.First()!, seen.Last()!);
        good.DisplayName.Should().Be("step answer");
        good.ParentId.Should().Be(outer.Id);
        good.Duration.Should().NotBe(TimeSpan.Zero, "it has ended");
        good.TagObjects.Should().BeEquivalentTo(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["pipeline.step"] = "answer",
            ["pipeline.tenant"] = "acme",
            ["gen_ai.request.model"] = "big",
            ["pipeline.attempts"] = 1,
            ["pipeline.outcome"] = "succeeded",
        });
        bad.Status.Should().Be(ActivityStatusCode.Error);
        bad.GetTagItem("error.type").Should().Be("System.FormatException");
        bad.TagObjects.Select(t => t.Value).Should().NotContain("secret");
    }
}
