namespace Pipeline.Admin;

/// <summary>All queues, in the order of their names.</summary>
internal sealed record QueueListView(IReadOnlyList<QueueView> Queues);
