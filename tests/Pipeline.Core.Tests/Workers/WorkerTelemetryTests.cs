using System.Collections.Concurrent;
using System.Diagnostics;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Pipeline.RateLimiting;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Workers;

public sealed class WorkerTelemetryTests
{
    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task The_consumers_span_is_a_trace_of_its_own_that_links_to_the_producers()
    {
        using var source = new ActivitySource(nameof(The_consumers_span_is_a_trace_of_its_own_that_links_to_the_producers));
        var spans = new ConcurrentQueue<Activity>();
        using var listener = Listen(spans, source.Name, "Pipeline");
        await using var host = HostOf((_, _) => default);
        ActivityContext producer;
        using (var activity = source.StartActivity("upload")!)
        {
            activity.TraceStateString = "vendor=1";
            producer = activity.Context;
            await host.TypedQueueOf<Document>(WorkerHost.QueueName).EnqueueAsync(new Document("a"));
        }

        await host.Worker.RunUntilIdleAsync();

        var span = spans.Should().ContainSingle(s => s.OperationName == "process documents" && s.Links.Any(l => l.Context.TraceId == producer.TraceId)).Subject;
        span.Kind.Should().Be(ActivityKind.Consumer);
        span.TraceId.Should().NotBe(producer.TraceId);
        var link = span.Links.Should().ContainSingle().Subject.Context;
        (link.SpanId, link.TraceState, link.IsRemote).Should().Be((producer.SpanId, "vendor=1", true));
        span.GetTagItem("messaging.destination.name").Should().Be("documents");
        span.GetTagItem("pipeline.worker").Should().Be("documents");
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_failed_attempts_span_is_an_error_and_its_trace_is_in_the_dead_letter()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = Listen(spans, "Pipeline");
        await using var host = HostOf((_, _) => throw new UnprocessableMessageException("Bad."));
        var id = QueueMessage.NewId();
        await host.TypedQueueOf<Document>(WorkerHost.QueueName).EnqueueAsync(new Document("a"), new EnqueueOptions { Id = id });

        await host.Worker.RunUntilIdleAsync();

        var span = spans.Should().ContainSingle(s => Equals(s.GetTagItem("messaging.message.id"), id.ToString())).Subject;
        span.Status.Should().Be(ActivityStatusCode.Error);
        (await host.DeadLettersAsync()).Should().ContainSingle().Which.Attempts[0].Error!.TraceId.Should().Be(span.TraceId.ToString());
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task The_producers_call_arrives_at_the_handler_and_goes_on_with_its_follow_ups()
    {
        var seen = new ConcurrentQueue<CallContext>();
        await using var host = HostOf((context, _) =>
        {
            seen.Enqueue(context.Call);
            seen.Enqueue(CallContext.Current);
            return default;
        });
        var call = new CallContext
        {
            Tenant = "acme",
            User = "ada",
            RequestId = "request-1",
            Baggage = new Dictionary<string, string>(StringComparer.Ordinal) { ["locale"] = "de", ["experiment"] = "" },
        };
        using (CallContext.Use(call))
        {
            await host.TypedQueueOf<Document>(WorkerHost.QueueName).EnqueueAsync(new Document("a"));
        }

        await host.Worker.RunUntilIdleAsync();

        seen.Should().HaveCount(2).And.OnlyContain(c => c.Tenant == "acme" && c.User == "ada" && c.RequestId == "request-1");
        seen.Should().OnlyContain(c => c.Baggage.Count == 2 && c.Baggage["locale"] == "de" && c.Baggage["experiment"].Length == 0);
        CallContext.Current.Should().BeSameAs(CallContext.Default);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task The_call_that_runs_the_worker_does_not_leak_into_its_messages()
    {
        var tenants = new ConcurrentQueue<string>();
        await using var host = HostOf((_, _) =>
        {
            tenants.Enqueue(CallContext.Current.Tenant);
            return default;
        });
        await host.EnqueueAsync("a");

        using (CallContext.Use(new CallContext { Tenant = "runner" }))
        {
            await host.Worker.RunUntilIdleAsync();
        }

        tenants.Should().Equal("default");
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Headers_that_make_no_valid_call_do_not_fail_the_message()
    {
        var calls = new ConcurrentQueue<CallContext>();
        await using var host = HostOf((context, _) =>
        {
            calls.Enqueue(context.Call);
            return default;
        });
        await host.Queue.EnqueueAsync(new QueueMessage(default)
        {
            Headers = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["user"] = "a\nb",
                ["request-id"] = new string('x', 1_000),
                ["baggage-"] = "no name",
                ["baggage-null"] = null!,
                ["traceparent"] = "nonsense",
            },
        });

        await host.Worker.RunUntilIdleAsync();

        var call = calls.Should().ContainSingle().Subject;
        (call.User, call.RequestId, call.Baggage.Count).Should().Be((null, null, 0));
        (await host.StatsAsync()).TotalCompleted.Should().Be(1);
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task Messages_are_counted_and_timed_by_outcome_and_no_tag_holds_an_id()
    {
        var lates = new Tally();
        await using var host = HostOf(
            (context, _) => (WorkerHost.TextOf(context.Received), context.Received.Failures) switch
            {
                ("bad", _) => throw new UnprocessableMessageException("Bad."),
                ("late", _) => lates.Enter() == 1 ? throw Refusal() : default,
                ("once", 0) => throw new InvalidOperationException("It failed."),
                _ => default,
            },
            options => (options.RetryDelay, options.MaxRateLimitWait) = (TimeSpan.Zero, TimeSpan.Zero));
        using var metrics = new MeasurementCollector(host.Meters);
        await host.EnqueueAsync("good", "bad", "late", "once");

        await host.PumpUntilAsync(host.Worker.RunUntilIdleAsync(), TimeSpan.FromSeconds(1));

        const string Tags = "pipeline.queue=documents pipeline.worker=documents";
        metrics.Of("pipeline.worker.received").Sum(m => m.Value).Should().Be(6);
        metrics.Of("pipeline.worker.in_flight").Sum(m => m.Value).Should().Be(0);
        metrics.Of("pipeline.worker.in_flight").Should().HaveCount(12);
        metrics.Of("pipeline.worker.duration").Select(m => m.Tags).Order(StringComparer.Ordinal).Should().Equal(
            $"{Tags} pipeline.outcome=completed",
            $"{Tags} pipeline.outcome=completed",
            $"{Tags} pipeline.outcome=completed",
            $"{Tags} pipeline.outcome=dead_lettered",
            $"{Tags} pipeline.outcome=deferred",
            $"{Tags} pipeline.outcome=failed");
        metrics.Measurements.Where(m => m.Instrument.StartsWith("pipeline.worker", StringComparison.Ordinal))
            .Should().OnlyContain(m => m.Tags.StartsWith(Tags, StringComparison.Ordinal));
    }

    private static RateLimitRejectedException Refusal() => new(RateLimitDecision.Denied(
        RateLimitRule.Unlimited, dimension: 0, remaining: 0, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10)));

    private static ActivityListener Listen(ConcurrentQueue<Activity> spans, params string[] sources)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => sources.Contains(source.Name, StringComparer.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static WorkerHost HostOf(Func<MessageContext, CancellationToken, ValueTask> handle, Action<QueueWorkerOptions>? options = null) => new(builder =>
    {
        builder.Services.AddSingleton(new DelegateHandler(handle));
        builder.AddQueue<Document>(WorkerHost.QueueName).AddWorker<DelegateHandler>(WorkerHost.QueueName, WorkerHost.LongLease + options);
    });
}
