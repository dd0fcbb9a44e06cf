namespace Pipeline.Postgres.Servers.Proxying;

/// <summary>How many statements and round trips clients have sent.</summary>
/// <param name="exchanges">How often a client asked the server to answer in full: Query and Sync messages.</param>
/// <param name="statements">How often each statement came.</param>
public sealed class PostgresCounts(long exchanges, IReadOnlyCollection<KeyValuePair<PostgresStatement, long>> statements)
{
    /// <summary>Gets how often a client waited for the server. For the reset of a session and for BEGIN it does not: Npgsql sends what follows with them.</summary>
    public long RoundTrips => exchanges - Sum(IsSentAhead);

    /// <summary>Gets how many statements were run, of any text, but for the reset of a session and BEGIN.</summary>
    public long Runs => Sum(statement => statement.IsRun && !IsSentAhead(statement));

    /// <summary>Gets how often a statement was prepared, for one run or for many.</summary>
    public long Parses => Sum(statement => !statement.IsRun);

    /// <summary>Gets how many statements were run whose text has a part, in its very letters.</summary>
    public long this[string fragment] => Sum(statement => statement.Runs(fragment));

    /// <summary>Lists the counts, a line for each text.</summary>
    public override string ToString() => string.Join('\n', [$"{RoundTrips} round trips", .. statements.Select(pair => $"{pair.Value} {pair.Key}").Order(StringComparer.Ordinal)]);

    private static bool IsSentAhead(PostgresStatement statement) =>
        statement.Kind == PostgresStatementKind.Query
        && (statement.Text.StartsWith("BEGIN", StringComparison.Ordinal) || statement.Text.Contains("DISCARD ", StringComparison.Ordinal));

    private long Sum(Func<PostgresStatement, bool> match) => statements.Where(pair => match(pair.Key)).Sum(pair => pair.Value);
}
