using System.Globalization;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>
/// What is notified on the cache's channel: <c>docs/formats.md</c>, "Notice of the cache on PostgreSQL, version 1". The sender's number tells a process its own
/// notices from others'. With the longest name it is far shorter than the 8,000 bytes that the server takes.
/// </summary>
/// <param name="Kind">What it says.</param>
/// <param name="Sender">Who says it.</param>
/// <param name="Generation">A tag's generation; 0 for a key.</param>
/// <param name="Name">The key or the tag.</param>
internal readonly record struct PostgresCacheNotice(PostgresCacheNoticeKind Kind, ulong Sender, long Generation, string Name)
{
    private const char Version = '1';
    private const char EndOfGeneration = ':';
    private const int SenderAt = 2;
    private const int SenderLength = 16;
    private const int StartLength = SenderAt + SenderLength;

    public static string ForKey(ulong sender, string key) => Start(PostgresCacheNoticeKind.Key, sender) + key;

    public static string ForTag(ulong sender, long generation, string tag) =>
        string.Create(CultureInfo.InvariantCulture, $"{Start(PostgresCacheNoticeKind.Tag, sender)}{generation}{EndOfGeneration}{tag}");

    /// <returns>Whether it is a notice of this version.</returns>
    public static bool TryRead(string payload, out PostgresCacheNotice notice)
    {
        notice = default;
        if (payload.Length <= StartLength
            || payload[0] != Version
            || !ulong.TryParse(payload.AsSpan(SenderAt, SenderLength), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var sender))
        {
            return false;
        }

        var kind = (PostgresCacheNoticeKind)payload[1];
        var name = payload[StartLength..];
        var generation = 0L;
        if (kind == PostgresCacheNoticeKind.Tag)
        {
            var end = name.IndexOf(EndOfGeneration, StringComparison.Ordinal);
            if (end < 0 || !long.TryParse(name.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture, out generation) || generation < 1)
            {
                return false;
            }

            name = name[(end + 1)..];
        }
        else if (kind != PostgresCacheNoticeKind.Key)
        {
            return false;
        }

        notice = new(kind, sender, generation, name);
        return StoredName.FindProblem(name) is null;
    }

    private static string Start(PostgresCacheNoticeKind kind, ulong sender) => string.Create(CultureInfo.InvariantCulture, $"{Version}{(char)kind}{sender:x16}");
}
