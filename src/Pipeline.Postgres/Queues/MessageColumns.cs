using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>New messages as the statements take them, column by column.</summary>
internal sealed class MessageColumns
{
    private readonly int[] _lanes;
    private readonly Guid[] _ids;
    private readonly int[] _most;
    private readonly byte[][] _envelopes;
    private readonly string?[] _keys;
    private readonly long?[] _times;
    private readonly long?[] _delays;
    private readonly string?[] _duplicates;

    /// <param name="messages">The messages.</param>
    /// <param name="tenants">The numbers of their tenants.</param>
    public MessageColumns(IReadOnlyList<QueueMessage> messages, int[] tenants)
    {
        var count = messages.Count;
        (_lanes, _ids, _most, _envelopes) = (new int[count], new Guid[count], new int[count], new byte[count][]);
        (_keys, _times, _delays, _duplicates) = (new string?[count], new long?[count], new long?[count], new string?[count]);
        for (var i = 0; i < count; i++)
        {
            var message = messages[i];
            _lanes[i] = LaneOf(tenants[i], message.Priority);
            _ids[i] = message.Id;
            _most[i] = message.MaxDeliveries ?? 0;
            _envelopes[i] = new byte[QueueEnvelope.GetLength(message)];
            QueueEnvelope.Write(message, _envelopes[i]);
            _keys[i] = message.OrderingKey;
            _times[i] = message.NotBefore is { } time ? (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond : null;
            _delays[i] = message.Delay > TimeSpan.Zero ? message.Delay.Ticks / TimeSpan.TicksPerMicrosecond : null;
            _duplicates[i] = message.DeduplicationKey;
        }
    }

    /// <summary>The lane of a tenant and a priority. Ascending lanes of one tenant are descending priorities.</summary>
    public static int LaneOf(int tenant, int priority) => (tenant * 10) + QueueLimits.MaxPriority - priority;

    public static int TenantOf(int lane) => lane / 10;

    public static int PriorityOf(int lane) => QueueLimits.MaxPriority - (lane % 10);

    /// <summary>Whether messages have nothing that needs more than to be added.</summary>
    public static bool ArePlain(IReadOnlyList<QueueMessage> messages)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            if (message.OrderingKey is not null || message.DeduplicationKey is not null || message.Delay > TimeSpan.Zero || message.NotBefore is not null)
            {
                return false;
            }
        }

        return true;
    }

    public NpgsqlParameterCollection BindPlain(NpgsqlParameterCollection parameters) => parameters.Ints(_lanes).Ids(_ids).Ints(_most).ManyBytes(_envelopes);

    public NpgsqlParameterCollection Bind(NpgsqlParameterCollection parameters) =>
        BindPlain(parameters).Texts(_keys).Longs(_times).Longs(_delays).Texts(_duplicates);
}
