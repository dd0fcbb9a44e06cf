using System.Collections.Frozen;

namespace Pipeline.Redis.Servers.Proxying;

/// <summary>How many commands clients have sent, by name.</summary>
public sealed class CommandCounts
{
    private readonly FrozenDictionary<(RedisCommandKind Kind, string Name), long> _counts;

    internal CommandCounts(IEnumerable<KeyValuePair<(RedisCommandKind Kind, string Name), long>> counts) =>
        _counts = counts.Where(pair => pair.Value != 0).ToFrozenDictionary();

    /// <summary>Gets how many commands did what somebody called for: all but housekeeping and subscriptions.</summary>
    public long Operations => Sum(RedisCommandKind.Operation);

    /// <summary>Gets how many commands the client sent by itself.</summary>
    public long Housekeeping => Sum(RedisCommandKind.Housekeeping);

    /// <summary>Gets how many commands subscribed or unsubscribed.</summary>
    public long Subscriptions => Sum(RedisCommandKind.Subscription);

    /// <summary>Gets how many commands there were of any kind.</summary>
    public long All => _counts.Values.Sum();

    /// <summary>Gets how many scripts were run, by hash or in full.</summary>
    public long Scripts => this["EVALSHA"] + this["EVAL"];

    /// <summary>Gets how many commands had a name, in upper case, of whatever kind.</summary>
    public long this[string name] => _counts.Where(pair => string.Equals(pair.Key.Name, name, StringComparison.Ordinal)).Sum(pair => pair.Value);

    public static CommandCounts operator +(CommandCounts left, CommandCounts right) => left.Combine(right, 1);

    public static CommandCounts operator -(CommandCounts left, CommandCounts right) => left.Combine(right, -1);

    public static CommandCounts Add(CommandCounts left, CommandCounts right) => left + right;

    public static CommandCounts Subtract(CommandCounts left, CommandCounts right) => left - right;

    /// <summary>Lists the counts by kind: <c>Operation: EVALSHA 3, GET 1; Housekeeping: PING 1</c>.</summary>
    public override string ToString() => string.Join("; ", _counts
        .GroupBy(pair => pair.Key.Kind)
        .OrderBy(kind => kind.Key)
        .Select(kind => $"{kind.Key}: " + string.Join(", ", kind.OrderBy(pair => pair.Key.Name, StringComparer.Ordinal).Select(pair => $"{pair.Key.Name} {pair.Value}"))));

    private CommandCounts Combine(CommandCounts other, int sign)
    {
        var counts = new Dictionary<(RedisCommandKind, string), long>(_counts);
        foreach (var (key, count) in other._counts)
            counts[key] = counts.GetValueOrDefault(key) + (sign * count);
        return new CommandCounts(counts);
    }

    private long Sum(RedisCommandKind kind) => _counts.Where(pair => pair.Key.Kind == kind).Sum(pair => pair.Value);
}
