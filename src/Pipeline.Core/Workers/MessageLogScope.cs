using System.Collections;
using Pipeline.Steps;

namespace Pipeline.Workers;

/// <summary>The log scope around a message: whatever is logged while it is handled says which message it was.</summary>
internal sealed class MessageLogScope(Guid messageId, string queue, CallContext call) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public int Count => call.RequestId is null ? 3 : 4;

    public KeyValuePair<string, object?> this[int index] => index switch
    {
        0 => new("MessageId", messageId),
        1 => new("Queue", queue),
        2 => new("Tenant", call.Tenant),
        3 when call.RequestId is not null => new("RequestId", call.RequestId),
        _ => throw new ArgumentOutOfRangeException(nameof(index)),
    };

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"MessageId:{messageId}, Queue:{queue}, {call}";
}
