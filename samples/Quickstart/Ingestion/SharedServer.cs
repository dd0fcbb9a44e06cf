namespace Quickstart.Ingestion;

/// <summary>A server over which processes share the work: one of the two.</summary>
/// <param name="Redis">The address of a Redis.</param>
/// <param name="Postgres">The connection string of a PostgreSQL database.</param>
internal sealed record SharedServer(string? Redis = null, string? Postgres = null)
{
    /// <summary>What it is called.</summary>
    public string? Name => Redis is not null ? "Redis" : Postgres is not null ? "PostgreSQL" : null;

    // The connection string holds the password.
    public override string ToString() => Name ?? "none";
}
