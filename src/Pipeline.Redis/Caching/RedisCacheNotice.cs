using System.Buffers.Binary;
using System.Text;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>
/// What is published on the cache's channel: <c>docs/formats.md</c>, "Notice of the cache on Redis, version 1". The sender's number tells a process its own
/// notices from others'.
/// </summary>
/// <param name="Kind">What it says.</param>
/// <param name="Sender">Who says it.</param>
/// <param name="Number">A tag's generation, or the number of a greeting.</param>
/// <param name="Name">The key or the tag; empty for a greeting.</param>
internal readonly record struct RedisCacheNotice(RedisCacheNoticeKind Kind, long Sender, long Number, string Name)
{
    private const int StartLength = 1 + sizeof(long);

    public static byte[] ForKey(long sender, string key) => Write(RedisCacheNoticeKind.Key, sender, number: null, key);

    public static byte[] ForGreeting(long sender, long number) => Write(RedisCacheNoticeKind.Greeting, sender, number, "");

    /// <summary>What stands before the generation in the notice of a tag, which only the server knows.</summary>
    public static byte[] StartForTag(long sender) => Write(RedisCacheNoticeKind.Tag, sender, number: null, "");

    /// <returns>Whether it is a notice of this version.</returns>
    public static bool TryRead(ReadOnlySpan<byte> message, out RedisCacheNotice notice)
    {
        notice = default;
        if (message.Length < StartLength)
        {
            return false;
        }

        var kind = (RedisCacheNoticeKind)message[0];
        var sender = BinaryPrimitives.ReadInt64LittleEndian(message[1..]);
        var rest = message[StartLength..];
        var number = 0L;
        if (kind is RedisCacheNoticeKind.Tag or RedisCacheNoticeKind.Greeting)
        {
            if (!BinaryPrimitives.TryReadInt64LittleEndian(rest, out number) || number < 1)
            {
                return false;
            }

            rest = rest[sizeof(long)..];
        }
        else if (kind != RedisCacheNoticeKind.Key)
        {
            return false;
        }

        var name = Encoding.UTF8.GetString(rest);
        notice = new(kind, sender, number, name);
        return kind == RedisCacheNoticeKind.Greeting ? name.Length == 0 : StoredName.FindProblem(name) is null;
    }

    private static byte[] Write(RedisCacheNoticeKind kind, long sender, long? number, string name)
    {
        var length = StartLength + (number is null ? 0 : sizeof(long));
        var message = new byte[length + Encoding.UTF8.GetByteCount(name)];
        message[0] = (byte)kind;
        BinaryPrimitives.WriteInt64LittleEndian(message.AsSpan(1), sender);
        if (number is { } value)
        {
            BinaryPrimitives.WriteInt64LittleEndian(message.AsSpan(StartLength), value);
        }

        Encoding.UTF8.GetBytes(name, message.AsSpan(length));
        return message;
    }
}
