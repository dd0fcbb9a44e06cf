using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Learning;

/// <summary>
/// Words as the index has them: a number for each word of each tenant. A list of the index then holds one tenant's learnings only, and a word may be of any
/// length.
/// </summary>
internal static class LearningWordKeys
{
    // No tenant's name holds it, so tenant and word are told apart.
    private const byte Separator = 0x1F;

    /// <returns>A key for each word: the first 8 bytes of the SHA-256 of tenant, U+001F and word in UTF-8, as a big-endian number.</returns>
    public static long[] Of(string tenant, IReadOnlyCollection<string> words)
    {
        var prefix = Encoding.UTF8.GetByteCount(tenant) + 1;
        var bytes = new byte[prefix + words.Max(static word => Encoding.UTF8.GetMaxByteCount(word.Length), orElse: 0)];
        Encoding.UTF8.GetBytes(tenant, bytes);
        bytes[prefix - 1] = Separator;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        var keys = new long[words.Count];
        var next = 0;
        foreach (var word in words)
        {
            var length = Encoding.UTF8.GetBytes(word, bytes.AsSpan(prefix));
            SHA256.HashData(bytes.AsSpan(0, prefix + length), hash);
            keys[next++] = BinaryPrimitives.ReadInt64BigEndian(hash);
        }

        return keys;
    }

    private static int Max(this IReadOnlyCollection<string> words, Func<string, int> size, int orElse) => words.Select(size).DefaultIfEmpty(orElse).Max();
}
