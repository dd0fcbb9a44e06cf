using Pipeline.Conformance.Queues.History;
using Pipeline.Queues;

namespace Pipeline.Crash;

/// <summary>Judges a run: by the history checker, and by what the plan of each message says must have become of it.</summary>
internal sealed class CrashJudge
{
    private readonly CrashOptions _options;
    private readonly IReadOnlyList<HistoryEvent> _events;
    private readonly IReadOnlyList<QueueStats> _stats;
    private readonly ILookup<int, HistoryEvent> _sent;
    private readonly ILookup<int, HistoryEvent> _followUps;
    private readonly HashSet<string> _killed;

    /// <param name="options">The run.</param>
    /// <param name="events">What all processes wrote down.</param>
    /// <param name="stats">What the queues say of themselves in the end.</param>
    public CrashJudge(CrashOptions options, IReadOnlyList<HistoryEvent> events, IReadOnlyList<QueueStats> stats)
    {
        (_options, _events, _stats) = (options, events, stats);
        var ofMessages = events.Where(one => one.MessageId != Guid.Empty).ToArray();
        _sent = ofMessages.Where(one => !CrashMessage.Parse(one.MessageId).IsFollowUp).ToLookup(one => CrashMessage.Parse(one.MessageId).Number);
        _followUps = ofMessages.Where(one => CrashMessage.Parse(one.MessageId).IsFollowUp).ToLookup(one => CrashMessage.Parse(one.MessageId).Number);
        _killed = [.. events.Where(one => one.Kind == HistoryEventKind.ProcessKilled).Select(one => one.Process)];
    }

    public IEnumerable<string> Problems() =>
        HistoryChecker.Check(_events)
            .Concat(Enumerable.Range(0, _options.Messages).SelectMany(number => Check(number, MessagePlan.Of(_options.Seed, number))))
            .Concat(CheckStats());

    private IEnumerable<string> Check(int number, MessagePlan plan)
    {
        var events = _sent[number].ToArray();
        var isDead = Has(events, HistoryEventKind.Dead);
        if (isDead != (plan.Fate != MessageFate.Done))
        {
            yield return $"message {number} is {(isDead ? "" : "not ")}among the dead letters; its plan says {plan.Fate}.";
        }

        if (plan.Fate == MessageFate.Done && !Has(events, HistoryEventKind.Completing))
        {
            yield return $"message {number} was never done by anybody.";
        }

        // Failures that nobody can say more of than that they may have been counted.
        var failures = events.Count(one => one.Kind == HistoryEventKind.Failed);
        var unknown = UnknownDeliveries(events);
        if (plan.Fate == MessageFate.Done && (failures > plan.Failures || failures + unknown < plan.Failures))
        {
            yield return $"message {number} failed {failures} times, and perhaps {unknown} times more; its plan says {plan.Failures}: failures are miscounted.";
        }

        foreach (var problem in CheckFollowUp(number, plan, events))
        {
            yield return problem;
        }
    }

    private IEnumerable<string> CheckFollowUp(int number, MessagePlan plan, HistoryEvent[] events)
    {
        var delivered = _followUps[number].Where(one => one.Kind == HistoryEventKind.Received).Select(one => one.MessageId).Distinct().ToArray();
        var expected = plan is { Fate: MessageFate.Done, FollowUpQueue: not null } ? 1 : 0;
        if (delivered.Length != expected)
        {
            yield return $"message {number} has {delivered.Length} follow-ups; it must have {expected}.";
        }

        var completed = events.Where(one => one.Kind == HistoryEventKind.Completed).Select(one => one.Token).ToHashSet();
        foreach (var token in delivered.Select(id => CrashMessage.Parse(id).Token).Where(token => completed.Count > 0 && !completed.Contains(token)))
        {
            yield return $"message {number} has a follow-up of its delivery under token {token}, whose completion was refused.";
        }
    }

    private IEnumerable<string> CheckStats()
    {
        var plans = Enumerable.Range(0, _options.Messages).Select(number => MessagePlan.Of(_options.Seed, number)).Where(plan => plan.Fate == MessageFate.Done).ToArray();
        for (var i = 0; i < _stats.Count; i++)
        {
            var followUps = plans.Count(plan => plan.FollowUpQueue == (i == 0 ? CrashQueues.Work : CrashQueues.Next));
            var (enqueued, done) = i == 0 ? (_options.Messages + followUps, plans.Length + followUps) : (followUps, followUps);
            var stats = _stats[i];
            if ((stats.TotalEnqueued, stats.TotalCompleted, stats.TotalDeadLettered, stats.Dead) != (enqueued, done, enqueued - done, enqueued - done))
            {
                yield return $"queue {i} counts {stats}; it must have taken {enqueued} messages and completed {done} of them.";
            }
        }
    }

    private int UnknownDeliveries(HistoryEvent[] events) => events
        .Where(one => one.Kind == HistoryEventKind.Received)
        .Count(delivery =>
        {
            var rest = events.Where(one => one.Token == delivery.Token && one.Kind is not (HistoryEventKind.Received or HistoryEventKind.Completing)).ToArray();
            return Has(rest, HistoryEventKind.Unknown) || (rest.Length == 0 && _killed.Contains(delivery.Process));
        });

    private static bool Has(IEnumerable<HistoryEvent> events, HistoryEventKind kind) => events.Any(one => one.Kind == kind);
}
