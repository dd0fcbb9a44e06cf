namespace Api;

/// <summary>Where the suite keeps what it keeps.</summary>
internal enum BackendKind
{
    /// <summary>In this process: nothing to install, and nothing is shared.</summary>
    Memory,

    /// <summary>On Redis, for a fleet.</summary>
    Redis,

    /// <summary>On PostgreSQL, for a fleet.</summary>
    Postgres,
}
