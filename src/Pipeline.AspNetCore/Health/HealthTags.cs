namespace Pipeline.Health;

/// <summary>
/// The tags of health checks (<c>AddHealthChecks().AddCheck(…, tags: […])</c>) by which endpoints choose theirs. A check without <see cref="Live"/> belongs to
/// readiness.
/// </summary>
public static class HealthTags
{
    /// <summary>
    /// Liveness: <c>/livez</c>. For what only a restart mends, such as a deadlock; never for a backend, whose outage would restart every replica.
    /// </summary>
    public const string Live = "live";

    /// <summary>Readiness: <c>/readyz</c>. Needed only by a check that is <see cref="Live"/> too.</summary>
    public const string Ready = "ready";

    /// <summary>What data is kept in: <c>/health/database</c>. The suite's backends have it.</summary>
    public const string Database = "database";
}
