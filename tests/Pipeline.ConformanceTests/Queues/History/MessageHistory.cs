namespace Pipeline.Conformance.Queues.History;

/// <summary>The events of one message.</summary>
internal sealed class MessageHistory(Guid id, IReadOnlyList<HistoryEvent> events)
{
    private static readonly HashSet<HistoryEventKind> Endings =
    [
        HistoryEventKind.Completed, HistoryEventKind.Failed, HistoryEventKind.Deferred, HistoryEventKind.Returned, HistoryEventKind.Rejected,
    ];

    public Guid Id { get; } = id;

    public IReadOnlyList<HistoryEvent> Deliveries { get; } = [.. Of(events, HistoryEventKind.Received).OrderBy(delivery => delivery.Token)];

    public IReadOnlyList<HistoryEvent> Completions { get; } = [.. Of(events, HistoryEventKind.Completed)];

    public IReadOnlyList<HistoryEvent> Deaths { get; } = [.. Of(events, HistoryEventKind.Dead)];

    public HistoryEvent? Enqueued { get; } = Of(events, HistoryEventKind.Enqueued).FirstOrDefault();

    /// <summary>Whether any producer is known to have sent it.</summary>
    public bool WasSent => Enqueued is not null || Has(HistoryEventKind.Enqueuing);

    public bool WasRejected => Has(HistoryEventKind.Rejected);

    /// <summary>How many failures and crashes are certain.</summary>
    public int Charges => Deliveries.Count(delivery => Has(delivery.Token, HistoryEventKind.Failed) || RanOut(delivery.Token));

    /// <summary>The accepted endings of one delivery.</summary>
    public IReadOnlyList<HistoryEvent> EndingsOf(long token) => [.. events.Where(one => one.Token == token && Endings.Contains(one.Kind))];

    public bool Has(HistoryEventKind kind) => events.Any(one => one.Kind == kind);

    public bool Has(long token, HistoryEventKind kind) => events.Any(one => one.Kind == kind && one.Token == token);

    /// <summary>Whether the lease of a delivery is known to have run out, with nothing done before.</summary>
    public bool RanOut(long token) => Has(token, HistoryEventKind.LeaseRanOut) && EndingsOf(token).Count == 0 && !Has(token, HistoryEventKind.Unknown);

    /// <summary>Whether nobody can say how a delivery ended.</summary>
    public bool IsUnknown(HistoryEvent delivery, IReadOnlySet<string> killed) => EndingsOf(delivery.Token).Count == 0
        && (Has(delivery.Token, HistoryEventKind.Unknown) || (killed.Contains(delivery.Process) && !Has(delivery.Token, HistoryEventKind.LeaseRanOut)));

    public override string ToString() => $"message {Id:N}";

    private static IEnumerable<HistoryEvent> Of(IEnumerable<HistoryEvent> events, HistoryEventKind kind) => events.Where(one => one.Kind == kind);
}
