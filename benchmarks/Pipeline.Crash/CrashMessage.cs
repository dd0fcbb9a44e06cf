using System.Buffers.Binary;
using Pipeline.Queues;

namespace Pipeline.Crash;

/// <summary>The messages of a run. Their ids and bodies say which they are, so that a body that comes back damaged is noticed.</summary>
internal static class CrashMessage
{
    public const int LeastBodyBytes = sizeof(int);

    private const short Sent = 1;
    private const short FollowUp = 2;

    /// <summary>The id of a message that is sent.</summary>
    public static Guid SentId(int number) => new(number, Sent, 0, new byte[8]);

    /// <summary>The id of what the completion of a delivery adds. Each delivery has another: one that was refused must have added nothing.</summary>
    public static Guid FollowUpId(int number, long token)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, token);
        return new(number, FollowUp, 0, bytes);
    }

    public static (int Number, bool IsFollowUp, long Token) Parse(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return (
            BinaryPrimitives.ReadInt32LittleEndian(bytes),
            BinaryPrimitives.ReadInt16LittleEndian(bytes[4..]) == FollowUp,
            BinaryPrimitives.ReadInt64BigEndian(bytes[8..]));
    }

    public static QueueMessage Create(int number, MessagePlan plan) => new(Body(number, plan.BodyBytes))
    {
        Id = SentId(number),
        Tenant = plan.Tenant,
        OrderingKey = plan.OrderingKey,
        Priority = plan.Priority,
        Delay = plan.Delay,
        MaxDeliveries = plan.MaxDeliveries,
    };

    public static QueueMessage CreateFollowUp(int number, long token, MessagePlan plan) => new(Body(number, LeastBodyBytes))
    {
        Id = FollowUpId(number, token),
        Tenant = plan.Tenant,
        MaxDeliveries = plan.MaxDeliveries,
    };

    /// <exception cref="InvalidOperationException">The body is not what was sent.</exception>
    public static void Check(QueueMessage message)
    {
        var number = Parse(message.Id).Number;
        if (!message.Body.Span.SequenceEqual(Body(number, message.Body.Length)))
        {
            throw new InvalidOperationException($"Message {message.Id:N} came with another body than it was sent with.");
        }
    }

    private static byte[] Body(int number, int length)
    {
        var body = new byte[length];
        for (var i = LeastBodyBytes; i < length; i++)
        {
            body[i] = (byte)(number + i);
        }

        BinaryPrimitives.WriteInt32LittleEndian(body, number);
        return body;
    }
}
