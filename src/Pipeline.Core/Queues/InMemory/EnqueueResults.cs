using System.Collections;

namespace Pipeline.Queues;

/// <summary>
/// What became of a batch. That a message was added is told by the message itself, at 8 bytes each; a table of results is made only for a
/// batch that has duplicates.
/// </summary>
internal sealed class EnqueueResults(int capacity) : IReadOnlyList<EnqueueResult>
{
    private readonly QueueMessage[] _messages = new QueueMessage[capacity];
    private EnqueueResult?[]? _duplicates;

    public int Count { get; private set; }

    public EnqueueResult this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return _duplicates?[index] ?? new EnqueueResult(_messages[index].Id, IsDuplicate: false);
        }
    }

    public void Add(QueueMessage message, EnqueueResult result)
    {
        if (result.IsDuplicate)
        {
            _duplicates ??= new EnqueueResult?[_messages.Length];
            _duplicates[Count] = result;
        }

        _messages[Count++] = message;
    }

    public IEnumerator<EnqueueResult> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
