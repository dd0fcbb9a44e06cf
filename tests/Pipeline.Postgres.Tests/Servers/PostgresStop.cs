namespace Pipeline.Postgres.Servers;

/// <summary>How a server is shut down, in the words of <c>pg_ctl stop --mode</c>.</summary>
public enum PostgresStop
{
    /// <summary>Transactions are rolled back, sessions are ended, what is committed is written.</summary>
    Fast,

    /// <summary>Everything ends at once, as in a crash; the next start recovers.</summary>
    Immediate,
}
