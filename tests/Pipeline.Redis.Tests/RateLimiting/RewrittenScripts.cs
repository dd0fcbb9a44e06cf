using System.Reflection;
using Pipeline.Backends;
using Pipeline.RateLimiting;

namespace Pipeline.Redis.RateLimiting;

/// <summary>The limiter's scripts with another clock.</summary>
internal static class RewrittenScripts
{
    private const string Time = "redis.call('TIME')";
    private const string Now = "clock[1] * 1000000 + clock[2]";

    private static readonly string[] Lives = ["ARGV[2]", "lives[i]", "3600001"];

    /// <summary>The scripts as they are, but that their clock is ahead.</summary>
    /// <param name="microseconds">By how much.</param>
    public static LimiterScripts Ahead(long microseconds) => Make(text => Replace(text, Now, $"{Now} + {microseconds}"));

    /// <summary>The scripts with a clock that stands in a key, and with keys that live for an hour of the server's time.</summary>
    /// <param name="clockKey">The key: seconds and microseconds, with a space between.</param>
    public static LimiterScripts ByHand(string clockKey) => Make(text =>
    {
        text = Replace(text, Time, $"{{ string.match(redis.call('GET', '{clockKey}'), '(%d+) (%d+)') }}");
        foreach (var life in Lives)
        {
            text = text.Replace($"'PX', {life}", "'EX', 3600", StringComparison.Ordinal);
        }

        return text.Contains("'PX'", StringComparison.Ordinal)
            ? throw new InvalidOperationException("A script tells a time to live that is not known here.")
            : text.Replace("'PEXPIREAT'", "'EXISTS'", StringComparison.Ordinal);
    });

    private static LimiterScripts Make(Func<string, string> rewrite) => new()
    {
        Bucket = Rewrite(LimiterScripts.Default.Bucket, rewrite),
        Window = Rewrite(LimiterScripts.Default.Window, rewrite),
        Change = Rewrite(LimiterScripts.Default.Change, rewrite),
        Peek = Rewrite(LimiterScripts.Default.Peek, rewrite),
        Renew = Rewrite(LimiterScripts.Default.Renew, rewrite),
    };

    private static RedisScript Rewrite(RedisScript script, Func<string, string> rewrite) =>
        (RedisScript)typeof(RedisScript).GetConstructor(BindingFlags.NonPublic | BindingFlags.Instance, [typeof(string)])!.Invoke([rewrite(script.Text)]);

    private static string Replace(string text, string old, string by) => text.Contains(old, StringComparison.Ordinal)
        ? text.Replace(old, by, StringComparison.Ordinal)
        : throw new InvalidOperationException($"A script has no {old}.");
}
