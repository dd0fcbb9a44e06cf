using System.Globalization;

namespace Pipeline.Backends;

/// <summary>Makes the names of a suite's keys and channels. Thread safe.</summary>
internal sealed class RedisKeySpace
{
    private readonly string _channels;

    /// <param name="prefix">What all keys begin with.</param>
    /// <param name="suite">The suite's name; empty for the main one.</param>
    /// <param name="database">The number of the database. Channels, unlike keys, are the same in all of them, so they name it.</param>
    public RedisKeySpace(string prefix, string suite, int database)
    {
        var root = suite.Length == 0 ? prefix : $"{prefix}:{EscapeTag(suite)}";
        Root = root + ":";
        _channels = string.Create(CultureInfo.InvariantCulture, $"{root}@{Math.Max(database, 0)}:");
    }

    /// <summary>What every key begins with, the separator included.</summary>
    public string Root { get; }

    /// <summary>Names a channel.</summary>
    public string Channel(string name) => _channels + name;

    /// <summary>Makes a name fit to stand inside a hash tag: two names never give one, and the tag ends where it is meant to.</summary>
    public static string EscapeTag(string name) =>
        name.AsSpan().IndexOfAny('{', '}', '%') < 0
            ? name
            : name.Replace("%", "%25", StringComparison.Ordinal).Replace("{", "%7B", StringComparison.Ordinal).Replace("}", "%7D", StringComparison.Ordinal);
}
