using System.Text;
using Pipeline.Backends;
using StackExchange.Redis;

namespace Pipeline.State;

/// <summary>The keys of one space, which share a hash tag. Immutable.</summary>
internal sealed class RedisStateSpace
{
    private readonly string _entries;

    public RedisStateSpace(RedisKeySpace keys, string name)
    {
        var root = $"{keys.Root}s:{{{RedisKeySpace.EscapeTag(name)}}}:";
        Name = name;
        Channel = keys.Channel("s:" + name);
        _entries = root + "e:";
        Entries = Encoding.UTF8.GetBytes(_entries);
        Counter = root + "v";
        Index = root + "i";
        ListKeys = [Index, Counter];
    }

    public string Name { get; }

    public string Channel { get; }

    /// <summary>What the keys of the entries begin with.</summary>
    public RedisValue Entries { get; }

    /// <summary>The greatest version that the space has given out.</summary>
    public RedisKey Counter { get; }

    /// <summary>The names of the entries, in order.</summary>
    public RedisKey Index { get; }

    public RedisKey[] ListKeys { get; }

    public RedisKey Entry(string key) => _entries + key;

    public RedisKey[] ChangeKeys(string key) => [Entry(key), Counter, Index];
}
