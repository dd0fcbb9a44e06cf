namespace Pipeline.Queues;

internal enum EntryState
{
    Ready,
    Blocked,
    Leased,
    Delayed,
}
