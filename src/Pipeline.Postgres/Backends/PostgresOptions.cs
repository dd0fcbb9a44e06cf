using Pipeline.Telemetry;

namespace Pipeline.Backends;

/// <summary>How the suite uses a PostgreSQL database. Where it stands, and how to log in, says the first argument of <c>UsePostgres</c>.</summary>
/// <remarks>Copied when the connection is made; later changes have no effect.</remarks>
public sealed class PostgresOptions
{
    /// <summary>
    /// The schema that holds the suite's tables: 1 to 40 lower-case letters, digits and underscores, not beginning with a digit. Default:
    /// <c>pipeline</c>. A suite with a name has a schema of its own, <c>pipeline_name</c>.
    /// </summary>
    public string Schema { get; set; } = PostgresSchema.DefaultName;

    /// <summary>
    /// Whether the start creates the schema, and brings an older one to this version. Default: <see langword="true"/>. Otherwise the start only
    /// verifies it, and fails where it is older; <see cref="PostgresSchema.CreateScript"/> gives what a role with more rights has to run.
    /// </summary>
    public bool MigrateOnStart { get; set; } = true;

    /// <summary>
    /// How long one call may take before it fails with a <see cref="BackendUnavailableException"/>, 10 milliseconds to 5 minutes. Default:
    /// 5 seconds. It holds whatever time-outs the client has.
    /// </summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What it means for the start if the server does not answer. Default: <see cref="StartupCheck.Require"/>.</summary>
    public StartupCheck StartupCheck { get; set; }

    /// <summary>
    /// A connection string for the one connection that hears notifications. Default: <see langword="null"/>, as all others. Give one that leads to
    /// the server itself where the others go through a pooler in transaction mode, such as PgBouncer, which does not pass notifications on.
    /// Without notifications consumers look every 5 seconds, and a warning is logged once.
    /// </summary>
    public string? NotificationConnectionString { get; set; }

    /// <summary>How long telemetry is kept.</summary>
    public PostgresTelemetryOptions Telemetry { get; } = new();
}
