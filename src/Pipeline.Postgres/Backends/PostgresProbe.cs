using Pipeline.RateLimiting;

namespace Pipeline.Backends;

/// <summary>Whether the server answers, and its schema can be used. Asked by the start and by the doctor.</summary>
/// <param name="connection">The way to the server.</param>
/// <param name="requirement">What an unreachable server means for the start.</param>
/// <param name="limiter">The limiter that stands on it, if one does.</param>
internal sealed class PostgresProbe(PostgresConnection connection, StartupCheck requirement, PostgresRateLimiter? limiter) : IBackendProbe
{
    private static readonly RateLimitRequest FirstLook = new RateLimitDimension("start", RateLimitRule.PerDay(1), cost: 0);

    public string Backend => connection.Backend;

    public StartupCheck Requirement => requirement;

    public async ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        await connection.PrepareAsync(cancellationToken).ConfigureAwait(false);
        await connection.QueryAsync(
            "probe",
            connection.Sql["Backends/read-version.sql"],
            state: 0,
            static (_, _) => { },
            static async (reader, _, deadline) => await reader.ReadAsync(deadline).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
        if (limiter is not null)
        {
            // A session reads a function at its first call, and on a busy server that takes longer than a decision may.
            await limiter.PeekAsync(FirstLook, cancellationToken).ConfigureAwait(false);
        }
    }
}
