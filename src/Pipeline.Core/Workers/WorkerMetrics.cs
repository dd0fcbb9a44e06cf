using System.Diagnostics;
using System.Diagnostics.Metrics;
using Pipeline.Diagnostics;
using Pipeline.Queues;

namespace Pipeline.Workers;

/// <summary>The instruments of queue workers. Tags are names from the host's own code, never an id.</summary>
internal sealed class WorkerMetrics
{
    public const string QueueTag = "pipeline.queue";
    public const string WorkerTag = "pipeline.worker";

    private readonly Counter<long> _received;
    private readonly Histogram<double> _duration;
    private readonly UpDownCounter<long> _inFlight;

    public WorkerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(PipelineDiagnostics.Name);
        _received = meter.CreateCounter<long>("pipeline.worker.received", "{message}", "Messages received.");
        _duration = meter.CreateHistogram(
            "pipeline.worker.duration", "s", "From the start of handling a message to its end, by outcome.", tags: null, PipelineDiagnostics.Seconds);
        _inFlight = meter.CreateUpDownCounter<long>("pipeline.worker.in_flight", "{message}", "Messages that are being handled.");
    }

    public void Receive(string queue, string worker, int count) => _received.Add(count, new(QueueTag, queue), new(WorkerTag, worker));

    public void Begin(string queue, string worker) => _inFlight.Add(1, new(QueueTag, queue), new(WorkerTag, worker));

    public void End(string queue, string worker, MessageOutcome outcome, TimeSpan duration)
    {
        _inFlight.Add(-1, new(QueueTag, queue), new(WorkerTag, worker));
        _duration.Record(duration.TotalSeconds, new(QueueTag, queue), new(WorkerTag, worker), new(PipelineDiagnostics.OutcomeTag, NameOf(outcome)));
    }

    /// <summary>Starts the consumer's span, linked to the producer's: a message may be handled long after its producer's trace has ended.</summary>
    public static Activity? StartActivity(string queue, string worker, ReceivedMessage received)
    {
        if (!PipelineDiagnostics.Source.HasListeners())
        {
            return null;
        }

        var links = IncomingMessage.TraceOf(received.Message) is { } producer ? [new ActivityLink(producer)] : Array.Empty<ActivityLink>();
        var activity = PipelineDiagnostics.Source.StartActivity($"process {queue}", ActivityKind.Consumer, parentContext: default, tags: null, links);
        activity?.SetTag("messaging.system", "pipeline");
        activity?.SetTag("messaging.operation.type", "process");
        activity?.SetTag("messaging.destination.name", queue);
        activity?.SetTag("messaging.message.id", received.Message.Id.ToString());
        activity?.SetTag(WorkerTag, worker);
        return activity;
    }

    public static string NameOf(MessageOutcome outcome) => outcome switch
    {
        MessageOutcome.Completed => "completed",
        MessageOutcome.Failed => "failed",
        MessageOutcome.DeadLettered => "dead_lettered",
        MessageOutcome.Deferred => "deferred",
        MessageOutcome.Returned => "returned",
        _ => "lease_lost",
    };
}
