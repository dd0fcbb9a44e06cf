using System.Text;

namespace Pipeline.Redis.Servers.Proxying;

/// <summary>A command as a client sent it.</summary>
public sealed class RedisCommand
{
    private static readonly HashSet<string> Subscriptions =
        new(["SUBSCRIBE", "UNSUBSCRIBE", "PSUBSCRIBE", "PUNSUBSCRIBE", "SSUBSCRIBE", "SUNSUBSCRIBE"], StringComparer.Ordinal);

    private static readonly HashSet<string> Housekeeping = new(
        ["PING", "ECHO", "INFO", "CLIENT", "SENTINEL", "CLUSTER", "HELLO", "AUTH", "SELECT", "READONLY", "READWRITE", "ASKING", "QUIT", "COMMAND", "REPLCONF", "PSYNC"],
        StringComparer.Ordinal);

    private readonly ReadOnlyMemory<byte>[] _words;

    internal RedisCommand(byte[] frame, ReadOnlyMemory<byte>[] words)
    {
        Frame = frame;
        _words = words;
        Name = words.Length == 0 ? "" : this[0].ToUpperInvariant();
        Kind = KindOf();
    }

    /// <summary>Gets the name in upper case: <c>EVALSHA</c>; of <c>CLIENT SETNAME</c> it is <c>CLIENT</c>.</summary>
    public string Name { get; }

    /// <summary>Gets the number of words, the name among them.</summary>
    public int Count => _words.Length;

    /// <summary>Gets what the command is sent for.</summary>
    public RedisCommandKind Kind { get; }

    /// <summary>Gets the bytes on the wire.</summary>
    internal byte[] Frame { get; }

    /// <summary>Gets if the connection is a replica's.</summary>
    internal bool IsReplication => Name is "REPLCONF" or "PSYNC" or "SYNC";

    /// <summary>Gets if messages that nobody asked for may follow on the connection.</summary>
    internal bool OpensStream => IsReplication || Name is "MONITOR" || (Kind == RedisCommandKind.Subscription && !Name.Contains("UNSUB", StringComparison.Ordinal));

    /// <summary>Gets a word as text; 0 is the name.</summary>
    public string this[int index] => Encoding.UTF8.GetString(_words[index].Span);

    public override string ToString() => Name;

    private RedisCommandKind KindOf()
    {
        if (Subscriptions.Contains(Name))
            return RedisCommandKind.Subscription;

        // The last two are how StackExchange.Redis looks at a server when it connects: its settings, and which of several masters it had chosen.
        var isHousekeeping = Housekeeping.Contains(Name)
            || (Name is "CONFIG" && Count > 1 && string.Equals(this[1], "GET", StringComparison.OrdinalIgnoreCase))
            || (Name is "GET" && Count == 2 && this[1] is "__Booksleeve_TieBreak");
        return isHousekeeping ? RedisCommandKind.Housekeeping : RedisCommandKind.Operation;
    }
}
