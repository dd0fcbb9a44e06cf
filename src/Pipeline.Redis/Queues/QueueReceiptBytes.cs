using System.Buffers.Binary;

namespace Pipeline.Queues;

/// <summary>
/// A receipt as the server keeps it: attempt token, nonce of the receive, and id. A receipt's locator is the nonce, whose lowest bits say whether the
/// message has an ordering key, and which shard of the queue has it. The nonce keeps a receipt apart from one with the same token that a lost part of the server's memory gave out.
/// </summary>
internal static class QueueReceiptBytes
{
    public const int NonceLength = 8;

    private const int IdLength = 16;
    private const long KeyedBit = 1;
    private const int ShardShift = 1;
    private const long ShardBits = MostShards - 1;
    private const long OwnBits = KeyedBit | (ShardBits << ShardShift);

    /// <summary>The most shards of a queue.</summary>
    public const int MostShards = 256;

    public static bool IsKeyed(QueueReceipt receipt) => (receipt.Locator & KeyedBit) != 0;

    /// <summary>Makes a nonce for a receive.</summary>
    public static long NewNonce() => Random.Shared.NextInt64(long.MinValue, long.MaxValue) & ~OwnBits;

    public static byte[] WriteNonce(long nonce)
    {
        var bytes = new byte[NonceLength];
        BinaryPrimitives.WriteInt64BigEndian(bytes, nonce);
        return bytes;
    }

    public static long MakeLocator(long nonce, bool isKeyed, int shard) => nonce | (isKeyed ? KeyedBit : 0) | ((long)shard << ShardShift);

    public static int ShardOf(QueueReceipt receipt) => (int)((receipt.Locator >> ShardShift) & ShardBits);

    public static byte[] Write(QueueReceipt receipt)
    {
        var bytes = new byte[sizeof(long) + NonceLength + IdLength];
        BinaryPrimitives.WriteInt64BigEndian(bytes, receipt.AttemptToken);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(sizeof(long)), receipt.Locator & ~OwnBits);
        receipt.MessageId.TryWriteBytes(bytes.AsSpan(sizeof(long) + NonceLength), bigEndian: true, out _);
        return bytes;
    }
}
