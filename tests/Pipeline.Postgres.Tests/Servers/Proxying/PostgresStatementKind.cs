namespace Pipeline.Postgres.Servers.Proxying;

/// <summary>What a client asks for, by the name of the message.</summary>
public enum PostgresStatementKind
{
    /// <summary>Runs a text of one or several statements, as clients begin and end transactions, and copy.</summary>
    Query,

    /// <summary>Prepares a statement, for one run or for many.</summary>
    Parse,

    /// <summary>Runs a statement that was prepared, with its parameters.</summary>
    Bind,
}
