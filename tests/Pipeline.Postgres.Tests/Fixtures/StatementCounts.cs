namespace Pipeline.Postgres.Fixtures;

/// <summary>How often each statement was run.</summary>
/// <param name="calls">The statements, with their constants replaced by <c>$1</c> and so on, and how often each was run.</param>
public sealed class StatementCounts(IReadOnlyCollection<KeyValuePair<string, long>> calls)
{
    private static readonly string[] Housekeeping =
        ["BEGIN", "START TRANSACTION", "COMMIT", "ROLLBACK", "DISCARD", "RESET", "CLOSE ALL", "UNLISTEN", "SET SESSION AUTHORIZATION", "SELECT pg_advisory_unlock_all", "SELECT version()"];

    /// <summary>Gets how many statements did what somebody called for: all but the begin and end of transactions, and what the client does by itself to connect, to learn the types and to hand a session on.</summary>
    public long Operations => calls.Where(call => !IsHousekeeping(call.Key)).Sum(call => call.Value);

    /// <summary>Gets how many statements there were of any kind.</summary>
    public long All => calls.Sum(call => call.Value);

    /// <summary>Gets how many statements have a part in their text, in its very letters.</summary>
    public long this[string fragment] => calls.Where(call => call.Key.Contains(fragment, StringComparison.Ordinal)).Sum(call => call.Value);

    /// <summary>Lists the counts, the housekeeping in parentheses.</summary>
    public override string ToString() =>
        string.Join('\n', calls.OrderByDescending(call => call.Value).Select(call => IsHousekeeping(call.Key) ? $"({call.Value} {call.Key})" : $"{call.Value} {call.Key}"));

    // The client asks for all types of a database when a pool opens its first connection.
    private static bool IsHousekeeping(string query) =>
        Array.Exists(Housekeeping, start => query.StartsWith(start, StringComparison.OrdinalIgnoreCase))
        || query.Contains("pg_type", StringComparison.Ordinal)
        || query.Contains("pg_enum", StringComparison.Ordinal);
}
