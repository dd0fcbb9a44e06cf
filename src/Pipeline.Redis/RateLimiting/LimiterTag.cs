using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Pipeline.Backends;

namespace Pipeline.RateLimiting;

/// <summary>
/// Which part of a limiter's key decides about its slot in a cluster. Those of one tenant share a slot, so that a request that is limited for its
/// user, its tenant and its tokens is one command; tenants spread over the cluster. The stored names depend on it.
/// </summary>
/// <param name="Start">Where the part begins.</param>
/// <param name="Length">How long it is, at least 1.</param>
/// <param name="IsShared">Whether the key belongs to no tenant.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LimiterTag(int Start, int Length, bool IsShared)
{
    private const string Tenant = "tenant:";
    private const string Nobody = "nobody:";
    private const string User = "user:";
    private const string Input = "key:";

    /// <summary>
    /// Finds the part: the tenant of <c>…tenant:acme</c>, <c>…nobody:acme</c> and <c>…user:4:acme:ada</c>; what braces enclose, as Redis reads
    /// keys; of a limit of a step or rule that all calls share, the step or rule; else the whole key, or what follows <c>…key:</c>.
    /// </summary>
    public static LimiterTag Find(string key)
    {
        var rest = 0;
        if (TrySkipScope(key, out var scope, out var afterScope))
        {
            if (afterScope == key.Length)
            {
                return new(0, scope, IsShared: true);
            }

            rest = afterScope + 1;
        }

        var left = key.AsSpan(rest);
        if (left.StartsWith(Tenant, StringComparison.Ordinal) || (rest > 0 && left.StartsWith(Nobody, StringComparison.Ordinal)))
        {
            return left.Length > Tenant.Length ? new(rest + Tenant.Length, left.Length - Tenant.Length, IsShared: false) : Whole(key);
        }

        if (left.StartsWith(User, StringComparison.Ordinal) && TryReadName(key, rest + User.Length, out var name, out var end) && end > name)
        {
            return new(name, end - name, IsShared: false);
        }

        return FindBraces(key, rest > 0 && left.StartsWith(Input, StringComparison.Ordinal) ? rest + Input.Length : rest);
    }

    /// <summary>Names the state of a key: the prefix and the key with its tag in braces, and no other braces. In UTF-8.</summary>
    public static byte[] Name(ReadOnlySpan<byte> prefix, string key)
    {
        var tag = Find(key);
        var before = key.AsSpan(0, tag.Start);
        var inside = key.AsSpan(tag.Start, tag.Length);
        var after = key.AsSpan(tag.Start + tag.Length);
        if (key.AsSpan().IndexOfAny('{', '}', '%') >= 0)
        {
            before = RedisKeySpace.EscapeTag(key[..tag.Start]);
            inside = RedisKeySpace.EscapeTag(key.Substring(tag.Start, tag.Length));
            after = RedisKeySpace.EscapeTag(key[(tag.Start + tag.Length)..]);
        }

        var utf8 = Encoding.UTF8;
        var name = new byte[prefix.Length + utf8.GetByteCount(before) + utf8.GetByteCount(inside) + utf8.GetByteCount(after) + 2];
        prefix.CopyTo(name);
        var at = prefix.Length;
        at += utf8.GetBytes(before, name.AsSpan(at));
        name[at++] = (byte)'{';
        at += utf8.GetBytes(inside, name.AsSpan(at));
        name[at++] = (byte)'}';
        utf8.GetBytes(after, name.AsSpan(at));
        return name;
    }

    /// <summary>Names the record of a reservation, in the slot of a key: the prefix, the key's tag in braces, a colon, the id. In UTF-8.</summary>
    public static byte[] NameRecord(ReadOnlySpan<byte> prefix, string key, Guid reservation)
    {
        const int IdLength = 32;
        var tag = Find(key);
        var inside = key.AsSpan(tag.Start, tag.Length);
        if (inside.IndexOfAny('{', '}', '%') >= 0)
        {
            inside = RedisKeySpace.EscapeTag(inside.ToString());
        }

        var name = new byte[prefix.Length + Encoding.UTF8.GetByteCount(inside) + 3 + IdLength];
        prefix.CopyTo(name);
        name[prefix.Length] = (byte)'{';
        var at = prefix.Length + 1 + Encoding.UTF8.GetBytes(inside, name.AsSpan(prefix.Length + 1));
        name[at++] = (byte)'}';
        name[at++] = (byte)':';
        reservation.TryFormat(name.AsSpan(at), out _, "N");
        return name;
    }

    private static LimiterTag Whole(string key) => new(0, key.Length, IsShared: true);

    private static LimiterTag FindBraces(string key, int from)
    {
        var open = key.IndexOf('{', from);
        var close = open < 0 ? -1 : key.IndexOf('}', open);
        return close > open + 1 ? new(open + 1, close - open - 1, IsShared: true)
            : from < key.Length ? new(from, key.Length - from, IsShared: true)
            : Whole(key);
    }

    /// <summary>Reads what the keys of steps and rules begin with: <c>step:6:answer:tokens</c>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="scope">Where the name of the step or rule ends.</param>
    /// <param name="end">Where what is limited ends: at a colon, or at the key's end.</param>
    private static bool TrySkipScope(string key, out int scope, out int end)
    {
        (scope, end) = (0, 0);
        if (!key.StartsWith("step:", StringComparison.Ordinal) && !key.StartsWith("rule:", StringComparison.Ordinal))
        {
            return false;
        }

        if (!TryReadName(key, "step:".Length, out _, out scope))
        {
            return false;
        }

        var colon = key.IndexOf(':', scope + 1);
        end = colon < 0 ? key.Length : colon;
        return end > scope + 1;
    }

    /// <summary>Reads a name with its length before it, which another colon follows: <c>4:acme:</c>.</summary>
    private static bool TryReadName(string key, int from, out int start, out int end)
    {
        (start, end) = (0, 0);
        var colon = from <= key.Length ? key.IndexOf(':', from) : -1;
        if (colon < 0 || !int.TryParse(key.AsSpan(from, colon - from), NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            return false;
        }

        start = colon + 1;
        end = length < key.Length - start ? start + length : -1;
        return end >= 0 && key[end] == ':';
    }
}
