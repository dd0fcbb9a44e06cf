using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Pipeline.Backends;

namespace Pipeline.State;

/// <summary>
/// How an entry stands under its key, and what is published of a change. An entry: the format (1), the version, the expiry in ms since 1970 (0 for never), the value.
/// A report: 1 written or 2 deleted, the space's counter before and after, the key. Numbers of 8 bytes, big-endian.
/// </summary>
internal static class RedisStateFormat
{
    /// <summary>What stands in front of an entry's value.</summary>
    public const int HeaderBytes = 1 + 8 + 8;

    /// <summary>Which entry a script is to find: what it begins with.</summary>
    public const int HeadBytes = 1 + 8;

    private const byte Format = 1;

    private static readonly long MaxExpiry = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static byte[] Head(long version)
    {
        var head = new byte[HeadBytes];
        head[0] = Format;
        BinaryPrimitives.WriteInt64BigEndian(head.AsSpan(1), version);
        return head;
    }

    public static bool TryReadEntry(byte[] stored, out StateEntry entry)
    {
        entry = default;
        if (stored.Length < HeaderBytes || stored[0] != Format)
        {
            return false;
        }

        var version = BinaryPrimitives.ReadInt64BigEndian(stored.AsSpan(1));
        var expiry = BinaryPrimitives.ReadInt64BigEndian(stored.AsSpan(HeadBytes));
        if (version < 1 || expiry < 0 || expiry > MaxExpiry)
        {
            return false;
        }

        entry = new StateEntry(stored.AsMemory(HeaderBytes), version, expiry == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(expiry));
        return true;
    }

    public static bool TryReadReport(ReadOnlySpan<byte> message, string space, [NotNullWhen(true)] out RedisStateReport? report)
    {
        report = null;
        if (message.Length <= HeaderBytes || message[0] is not (1 or 2))
        {
            return false;
        }

        var key = System.Text.Encoding.UTF8.GetString(message[HeaderBytes..]);
        if (StoredName.FindProblem(key) is not null)
        {
            return false;
        }

        report = new RedisStateReport(
            new StateChange(message[0] == 1 ? StateChangeKind.Written : StateChangeKind.Deleted, new StateKey(space, key)),
            BinaryPrimitives.ReadInt64BigEndian(message[1..]),
            BinaryPrimitives.ReadInt64BigEndian(message[HeadBytes..]));
        return true;
    }
}
