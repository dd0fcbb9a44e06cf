namespace Pipeline.Postgres.Servers.Proxying;

/// <summary>A statement as a client sent it.</summary>
/// <param name="Kind">What the client asked for.</param>
/// <param name="Text">The SQL; of a statement that was prepared, what was prepared.</param>
public sealed record PostgresStatement(PostgresStatementKind Kind, string Text)
{
    /// <summary>Gets if the statement is run, not only prepared.</summary>
    public bool IsRun => Kind != PostgresStatementKind.Parse;

    /// <summary>Says if the statement is run and has a part, in its very letters.</summary>
    public bool Runs(string fragment) => IsRun && Text.Contains(fragment, StringComparison.Ordinal);

    public override string ToString() => $"{Kind}: {Text}";
}
