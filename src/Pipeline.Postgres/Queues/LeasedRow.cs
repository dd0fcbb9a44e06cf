using Npgsql;

namespace Pipeline.Queues;

/// <summary>A row of a receive.</summary>
internal sealed class LeasedRow
{
    private static readonly MessageSchema UnreadableSchema = new("unreadable", 1, "application/octet-stream");

    private byte[] _envelope = [];
    private byte[]? _checkpoint;
    private Guid _id;
    private int _deliveries;
    private int _failures;
    private int _crashes;
    private int _most;
    private long _enqueued;
    private string? _key;

    public long Order { get; private set; }

    public int Lane { get; private set; }

    public long Seq { get; private set; }

    public long Token { get; private set; }

    /// <summary>Reads a row that holds a message.</summary>
    public static async ValueTask<LeasedRow> ReadAsync(NpgsqlDataReader reader, CancellationToken deadline)
    {
        return new LeasedRow
        {
            Order = reader.GetInt64(0),
            Lane = reader.GetInt32(1),
            Seq = reader.GetInt64(2),
            Token = reader.GetInt64(3),
            _id = reader.GetGuid(4),
            _deliveries = reader.GetInt32(5),
            _failures = reader.GetInt32(6),
            _crashes = reader.GetInt32(7),
            _most = reader.GetInt32(8),
            _enqueued = reader.GetInt64(9),
            _key = await reader.IsDBNullAsync(10, deadline).ConfigureAwait(false) ? null : reader.GetString(10),
            _envelope = await reader.GetFieldValueAsync<byte[]>(11, deadline).ConfigureAwait(false),
            _checkpoint = await reader.IsDBNullAsync(12, deadline).ConfigureAwait(false) ? null : await reader.GetFieldValueAsync<byte[]>(12, deadline).ConfigureAwait(false),
        };
    }

    /// <summary>Makes the message. What this version cannot read is delivered as what it is, so that its consumer makes it a dead letter.</summary>
    public ReceivedMessage ToMessage(string tenant, int queueMaxDeliveries)
    {
        var receipt = new PostgresReceipt(Lane, Seq, Token, _key is not null);
        return new ReceivedMessage(
            MakeMessage(_id, _envelope, tenant, _key, Lane, _most), receipt.AttemptToken, DateTimeOffset.UnixEpoch.AddMicroseconds(_enqueued), receipt.Locator)
        {
            Deliveries = _deliveries,
            Failures = _failures,
            Crashes = _crashes,
            MaxDeliveries = _most == 0 ? queueMaxDeliveries : _most,
            Checkpoint = _checkpoint is null ? null : QueueAttemptFormat.ReadCheckpoint(_checkpoint),
        };
    }

    public static QueueMessage MakeMessage(Guid id, byte[] envelope, string tenant, string? key, int lane, int most) =>
        QueueEnvelope.TryRead(envelope, out var content)
            ? new QueueMessage(content.Body)
            {
                Id = id,
                Schema = content.Schema,
                Headers = content.Headers,
                Tenant = tenant,
                OrderingKey = key,
                DeduplicationKey = content.DeduplicationKey,
                Priority = MessageColumns.PriorityOf(lane),
                MaxDeliveries = most == 0 ? null : most,
            }
            : new QueueMessage(envelope) { Id = id, Schema = UnreadableSchema, Tenant = tenant, OrderingKey = key };
}
