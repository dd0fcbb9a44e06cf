namespace Pipeline.Queues;

/// <summary>A doubly linked list whose nodes are the entries themselves, so that joining and leaving it allocates nothing.</summary>
internal sealed class EntryList
{
    private QueueEntry? _tail;

    public QueueEntry? Head { get; private set; }

    public bool IsEmpty => Head is null;

    public void Append(QueueEntry entry)
    {
        entry.List = this;
        entry.Previous = _tail;
        entry.Next = null;
        if (_tail is null)
        {
            Head = entry;
        }
        else
        {
            _tail.Next = entry;
        }

        _tail = entry;
    }

    public void Prepend(QueueEntry entry)
    {
        entry.List = this;
        entry.Previous = null;
        entry.Next = Head;
        if (Head is null)
        {
            _tail = entry;
        }
        else
        {
            Head.Previous = entry;
        }

        Head = entry;
    }

    public void Remove(QueueEntry entry)
    {
        if (entry.Previous is null)
        {
            Head = entry.Next;
        }
        else
        {
            entry.Previous.Next = entry.Next;
        }

        if (entry.Next is null)
        {
            _tail = entry.Previous;
        }
        else
        {
            entry.Next.Previous = entry.Previous;
        }

        entry.List = null;
        entry.Previous = null;
        entry.Next = null;
    }
}
