using System.Collections.Concurrent;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Backends;
using StackExchange.Redis;

namespace Pipeline.Redis.Fixtures;

/// <summary>The suite's scripts, with what tells them a time of the test's before them.</summary>
internal static class ClockedScripts
{
    private const string StoreScript = "return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])";

    private static readonly string Clock = Read("standing-clock.lua");
    private static readonly string Expire = Read("standing-clock-expire.lua");
    private static readonly ConcurrentDictionary<string, string> Texts = new(StringComparer.Ordinal);
    private static readonly Lazy<Dictionary<string, byte[]>> Hashes = new(FindHashes);

    /// <summary>Returns a script's text.</summary>
    public static string TextOf(string script) => Texts.GetOrAdd(script, static script => Clock + script);

    /// <summary>Returns what the server knows a script of the suite by, if it was sent it.</summary>
    public static byte[] HashOf(byte[] hash) => Hashes.Value[Convert.ToHexString(hash)];

    /// <summary>Stores what expires.</summary>
    public static async Task<bool> StoreAsync(IDatabase database, RedisKey key, RedisValue value, TimeSpan life, long microseconds)
    {
        var reply = await database.ScriptEvaluateAsync(TextOf(StoreScript), [key], [value, (long)life.TotalMilliseconds, microseconds]).ConfigureAwait(false);
        return (string?)reply == "OK";
    }

    /// <summary>Deletes what is over of that which scripts with this first key have made.</summary>
    public static Task ExpireAsync(IDatabase database, RedisKey key, long microseconds) =>
        database.ScriptEvaluateAsync(TextOf(Expire), [key], [microseconds, microseconds]);

    private static Dictionary<string, byte[]> FindHashes() => typeof(RedisScript).Assembly.GetTypes()
        .SelectMany(static type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
        .Where(static field => field.FieldType == typeof(RedisScript))
        .Select(static field => (RedisScript)field.GetValue(null)!)
        .DistinctBy(static script => script.Text)
        .ToDictionary(static script => Convert.ToHexString(script.Hash), static script => HashOf(TextOf(script.Text)), StringComparer.Ordinal);

#pragma warning disable CA5350 // Redis names scripts by their SHA-1.
    private static byte[] HashOf(string text) => SHA1.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350

    private static string Read(string name)
    {
        using var stream = typeof(ClockedScripts).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
