using System.Globalization;
using Pipeline.Backends;
using StackExchange.Redis;

namespace Pipeline.Diagnostics;

/// <summary>How far the server's clock, by which leases, delays and limits go, is from this process's, by which people set times.</summary>
internal sealed class RedisClockCheck(RedisDoctorTargets targets, TimeProvider time) : RedisCheck(targets, "clock")
{
    public static readonly TimeSpan Much = TimeSpan.FromSeconds(5);

    protected override async Task LookAsync(RedisDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow();
        var parts = (RedisResult[])(await RedisServerFacts.ExecuteAsync(target.Connection, ["TIME"], cancellationToken).ConfigureAwait(false))!;
        var after = time.GetUtcNow();
        var server = DateTimeOffset.FromUnixTimeSeconds((long)parts[0]).AddMicroseconds((long)parts[1]);

        // Somewhere between the question and the answer the server looked at its clock.
        var difference = server < before ? before - server : server > after ? server - after : TimeSpan.Zero;
        var summary = string.Create(
            CultureInfo.InvariantCulture, $"The clock of {target.Connection.Backend} and this process's are {difference.TotalSeconds:0.###} seconds apart.");
        if (difference > Much)
        {
            findings.Warn(summary, "Set both by NTP: leases, delays and limits go by the server's clock, a message's NotBefore by whoever sets it.");
        }
        else
        {
            findings.Note(summary);
        }
    }
}
