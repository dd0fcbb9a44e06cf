namespace Pipeline.Postgres.Servers.Proxying;

/// <summary>What a client sends until it waits, and what the server answers until it is ready for more: the unit that is lost or arrives.</summary>
internal sealed class PostgresExchange
{
    private volatile Trouble? _trouble;

    /// <summary>Gets what befalls the answer, or null.</summary>
    public Trouble? Lost => _trouble;

    /// <summary>Makes the answer suffer a fault. The first one stays.</summary>
    public void Lose(PostgresStatement statement, CommandFault<PostgresStatement> fault) => _trouble ??= new Trouble(statement, fault);

    /// <summary>A fault and the statement that it was meant for.</summary>
    public sealed record Trouble(PostgresStatement Statement, CommandFault<PostgresStatement> Fault);
}
