using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Pipeline.Diagnostics;
using Pipeline.Workers;

namespace Pipeline.Queues;

/// <summary>The instruments that tell what is in queues, as their backend said when it was asked last. Tags are names from the host's own code, never an id.</summary>
/// <remarks>Thread safe. Every process that samples a shared queue tells the same: take the greatest of them, not their sum.</remarks>
internal sealed class QueueMetrics
{
    public const string StateTag = "pipeline.queue.state";

    private readonly ConcurrentDictionary<string, QueueStats> _latest = new(StringComparer.Ordinal);

    public QueueMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(PipelineDiagnostics.Name);
        meter.CreateObservableUpDownCounter("pipeline.queue.messages", ReadMessages, "{message}", "Messages in the queue, by state.");
        meter.CreateObservableUpDownCounter(
            "pipeline.queue.demand",
            () => Read(static stats => stats.Ready + stats.Leased),
            "{message}",
            "Messages that consumers could work on now: ready ones, and those that are being worked on. What an autoscaler goes by.");
        meter.CreateObservableGauge(
            "pipeline.queue.oldest_age",
            () => Read(static stats => stats.OldestAge.TotalSeconds),
            "s",
            "How long the message that has waited longest could have been received.");
        Count(meter, "pipeline.queue.enqueued", "{message}", "Messages ever enqueued.", static stats => stats.TotalEnqueued);
        Count(meter, "pipeline.queue.completed", "{message}", "Messages ever completed.", static stats => stats.TotalCompleted);
        Count(meter, "pipeline.queue.failures", "{failure}", "Failures ever charged.", static stats => stats.TotalFailures);
        Count(meter, "pipeline.queue.crashes", "{crash}", "Crashes ever charged.", static stats => stats.TotalCrashes);
        Count(meter, "pipeline.queue.dead_lettered", "{message}", "Messages that ever became dead letters.", static stats => stats.TotalDeadLettered);
    }

    /// <summary>Takes what a queue's backend said.</summary>
    public void Set(string queue, QueueStats stats) => _latest[queue] = stats;

    /// <summary>Tells nothing more of a queue: what is not known is not shown, rather than what was.</summary>
    public void Forget(string queue) => _latest.TryRemove(queue, out _);

    private void Count(Meter meter, string name, string unit, string description, Func<QueueStats, long> read) =>
        meter.CreateObservableCounter(name, () => Read(read), unit, description);

    private IEnumerable<Measurement<T>> Read<T>(Func<QueueStats, T> read)
        where T : struct =>
        _latest.Select(queue => new Measurement<T>(read(queue.Value), new KeyValuePair<string, object?>(WorkerMetrics.QueueTag, queue.Key)));

    private IEnumerable<Measurement<long>> ReadMessages()
    {
        foreach (var (queue, stats) in _latest)
        {
            yield return Of("ready", stats.Ready);
            yield return Of("leased", stats.Leased);
            yield return Of("delayed", stats.Delayed);
            yield return Of("blocked", stats.Blocked);
            yield return Of("dead", stats.Dead);

            Measurement<long> Of(string state, long count) => new(count, new(WorkerMetrics.QueueTag, queue), new(StateTag, state));
        }
    }
}
