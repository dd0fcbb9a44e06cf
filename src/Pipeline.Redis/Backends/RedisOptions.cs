using Pipeline.Queues;
using Pipeline.Telemetry;

namespace Pipeline.Backends;

/// <summary>How the suite uses a Redis server or cluster. Where it stands, and how to log in, says the first argument of <c>UseRedis</c>.</summary>
/// <remarks>Copied when the connection is made; later changes have no effect.</remarks>
public sealed class RedisOptions
{
    /// <summary>
    /// What every key and channel of the suite begins with, 1 to 64 bytes of UTF-8 without braces. Default: <c>pipeline</c>. A suite with a
    /// name adds its name.
    /// </summary>
    public string KeyPrefix { get; set; } = "pipeline";

    /// <summary>
    /// How long one command may take before the call fails with a <see cref="BackendUnavailableException"/>, 10 milliseconds to 5 minutes.
    /// Default: 5 seconds. It holds whatever time-outs the client has.
    /// </summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What it means for the start if the server does not answer. Default: <see cref="StartupCheck.Require"/>.</summary>
    public StartupCheck StartupCheck { get; set; }

    /// <summary>How queues stand in Redis.</summary>
    public RedisQueueOptions Queues { get; } = new();

    /// <summary>How much telemetry is kept.</summary>
    public RedisTelemetryOptions Telemetry { get; } = new();
}
