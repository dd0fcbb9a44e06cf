using System.Globalization;
using Pipeline.Backends;
using StackExchange.Redis;

namespace Pipeline.Diagnostics;

/// <summary>How long a round trip takes: every call of the suite is at least one.</summary>
internal sealed class RedisLatencyCheck(RedisDoctorTargets targets, TimeProvider time) : RedisCheck(targets, "latency")
{
    /// <summary>Within one data centre it takes a tenth of this.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromMilliseconds(5);

    private const int Trips = 9;

    protected override async Task LookAsync(RedisDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        var times = new List<TimeSpan>();

        // The first one may open the connection.
        for (var trip = 0; trip <= Trips; trip++)
        {
            var started = time.GetTimestamp();
            await target.Connection.CallAsync(
                "doctor",
                (RedisKey)(target.Connection.Keys.Root + "doctor"),
                static (session, key) => session.Database.KeyExistsAsync(key, RedisConnection.Flags),
                cancellationToken).ConfigureAwait(false);
            times.Add(time.GetElapsedTime(started));
        }

        var median = times.Skip(1).Order().ElementAt(Trips / 2);
        var summary = string.Create(
            CultureInfo.InvariantCulture, $"A round trip to {target.Connection.Backend} takes {median.TotalMilliseconds:0.##} ms, the median of {Trips}.");
        if (median > Long)
        {
            findings.Warn(summary, "Run the service beside the server, in the same region and network; see that neither's processors are at their limit.");
        }
        else
        {
            findings.Note(summary);
        }
    }
}
