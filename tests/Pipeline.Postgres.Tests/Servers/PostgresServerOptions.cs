namespace Pipeline.Postgres.Servers;

/// <summary>What a server is started with; without any of it, a fast one that keeps what is committed when it crashes, but not when the machine does.</summary>
public sealed record PostgresServerOptions
{
    /// <summary>Gets if commits are on the disk when they are acknowledged, as PostgreSQL itself has it: <c>fsync</c> and <c>full_page_writes</c> are on. Default: they are off.</summary>
    public bool Durable { get; init; }

    /// <summary>Gets if the extension pgvector is there. If not, it is not among those that the server offers, whoever asks. Default: it is.</summary>
    public bool WithVector { get; init; } = true;

    /// <summary>Gets the password of the superuser, which scram then asks for, or null where every user is trusted.</summary>
    public string? Password { get; init; }

    /// <summary>Gets the size of the disk that <see cref="PostgresServer.CreateTablespaceAsync"/> makes a tablespace on, such as <c>16m</c>, or null for none.</summary>
    public string? SmallDisk { get; init; }

    /// <summary>Gets further settings of <c>postgresql.conf</c>, as it writes their values. They come last, so they win.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
