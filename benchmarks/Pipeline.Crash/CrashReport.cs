using Pipeline.Conformance.Queues.History;
using Pipeline.Queues;

namespace Pipeline.Crash;

/// <summary>The figures of a run.</summary>
internal static class CrashReport
{
    public static async Task WriteAsync(TextWriter output, CrashOptions options, IReadOnlyList<HistoryEvent> events, IReadOnlyList<QueueStats> stats, TimeSpan elapsed)
    {
        int Count(HistoryEventKind kind) => events.Count(one => one.Kind == kind);
        var deliveries = Count(HistoryEventKind.Received);
        var messages = events.Where(one => one.Kind == HistoryEventKind.Received).Select(one => one.MessageId).Distinct().Count();
        var planned = Count(HistoryEventKind.Failed) + Count(HistoryEventKind.Deferred) + Count(HistoryEventKind.Returned);
        var explained = ExplainedDuplicates(events);
        (string Name, FormattableString Value)[] lines =
        [
            ("messages sent, with follow-ups", $"{options.Messages:N0}, {stats.Sum(one => one.TotalEnqueued):N0}"),
            ("seconds", $"{elapsed.TotalSeconds:N1}"),
            ("messages a second", $"{messages / elapsed.TotalSeconds:N0}"),
            ("workers killed", $"{Count(HistoryEventKind.ProcessKilled):N0}"),
            ("server killed, paused; workers paused; clients cut", $"{options.ServerKills}, {options.ServerPauses}; {options.WorkerPauses}; {options.ClientCuts}"),
            ("deliveries", $"{deliveries:N0}"),
            ("  of them first ones", $"{messages:N0}"),
            ("  failed, deferred or returned", $"{planned:N0}"),
            ("  again after a lease ran out or an outcome unknown", $"{explained:N0}"),
            ("completions; calls refused; calls without an answer", $"{Count(HistoryEventKind.Completed):N0}; {Count(HistoryEventKind.Refused):N0}; {Count(HistoryEventKind.Unknown):N0}"),
            ("receives without an answer", $"{Count(HistoryEventKind.ReceiveUnknown):N0}"),
            ("failures, crashes that the queues counted", $"{stats.Sum(one => one.TotalFailures):N0}, {stats.Sum(one => one.TotalCrashes):N0}"),
            ("dead letters", $"{stats.Sum(one => one.Dead):N0}"),
        ];
        foreach (var (name, value) in lines)
        {
            await output.WriteLineAsync($"  {name,-52}{FormattableString.Invariant(value)}");
        }
    }

    /// <summary>Deliveries after one that no accepted call had ended.</summary>
    private static int ExplainedDuplicates(IReadOnlyList<HistoryEvent> events)
    {
        var abandoned = events
            .Where(one => one.Kind is HistoryEventKind.Failed or HistoryEventKind.Deferred or HistoryEventKind.Returned)
            .Select(one => (one.MessageId, one.Token))
            .ToHashSet();
        return events.Where(one => one.Kind == HistoryEventKind.Received)
            .GroupBy(one => one.MessageId)
            .Sum(message => message.OrderBy(one => one.Token).SkipLast(1).Count(one => !abandoned.Contains((one.MessageId, one.Token))));
    }
}
