using Microsoft.Extensions.Logging;
using Pipeline.Backends;

namespace Pipeline.Telemetry;

/// <summary>Lets the server look after the partitions, about once an hour, before a write. Thread safe.</summary>
internal sealed class TelemetryUpkeep(PostgresConnection connection, TimeSpan retention, ILogger logger)
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(1);

    private readonly string _sql = connection.Sql["Telemetry/maintain.sql"];
    private readonly int _days = (int)Math.Ceiling(retention.TotalDays);
    private long _dueTicks;

    /// <summary>Does it if it is due. That it fails is no reason not to write: every record has a place without it.</summary>
    public async ValueTask RunIfDueAsync(CancellationToken cancellationToken)
    {
        var (due, now) = (Volatile.Read(ref _dueTicks), connection.Time.GetUtcNow().UtcTicks);
        if (now < due || Interlocked.CompareExchange(ref _dueTicks, now + AfterFailure.Ticks, due) != due)
        {
            return;
        }

        try
        {
            var pause = await connection.QueryAsync(
                "telemetry upkeep",
                _sql,
                _days,
                static (parameters, days) => parameters.Int(days),
                static async (reader, _, deadline) => await reader.ReadAsync(deadline).ConfigureAwait(false) ? reader.GetInt32(0) : 0,
                cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _dueTicks, now + TimeSpan.FromSeconds(pause).Ticks);
        }
        catch (Exception exception) when (exception is BackendUnavailableException or BackendRefusedException)
        {
            Log.PostgresTelemetryUpkeepFailed(logger, connection.Backend, exception.Message);
        }
    }
}
