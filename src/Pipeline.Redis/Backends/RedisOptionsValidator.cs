using System.Text;
using Microsoft.Extensions.Options;
using Pipeline.Queues;

namespace Pipeline.Backends;

/// <summary>Says which setting of a <see cref="RedisOptions"/> is out of range, and the mend.</summary>
internal sealed class RedisOptionsValidator : IValidateOptions<RedisOptions>
{
    public const int MaxPrefixBytes = 64;

    private const int MinTelemetryRecords = 10_000;
    private const int MaxTelemetryRecords = 100_000_000;

    public ValidateOptionsResult Validate(string? name, RedisOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new OptionProblems("Redis");
        problems.Name(options.KeyPrefix, nameof(options.KeyPrefix));
        problems.Require(
            Encoding.UTF8.GetByteCount(options.KeyPrefix ?? "") <= MaxPrefixBytes,
            $"{nameof(options.KeyPrefix)} is longer than {MaxPrefixBytes} bytes of UTF-8. Give a shorter one: every key begins with it.");
        problems.Require(
            options.KeyPrefix is null || options.KeyPrefix.AsSpan().IndexOfAny('{', '}') < 0,
            $"{nameof(options.KeyPrefix)} holds a brace, which would decide about the cluster's slots. Leave braces out.");
        problems.Range(options.CommandTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(5), nameof(options.CommandTimeout));
        foreach (var (queue, shards) in options.Queues.Shards)
        {
            problems.Range(shards, 1, QueueReceiptBytes.MostShards, $"{nameof(options.Queues)}.{nameof(options.Queues.Shards)}[{queue}]");
        }

        problems.Defined(options.StartupCheck, nameof(options.StartupCheck));
        problems.Range(options.Telemetry.MaxAccountingRecords, MinTelemetryRecords, MaxTelemetryRecords, "Telemetry:MaxAccountingRecords");
        problems.Range(options.Telemetry.MaxDiagnosticRecords, MinTelemetryRecords, MaxTelemetryRecords, "Telemetry:MaxDiagnosticRecords");
        problems.Range(options.Telemetry.Retention, TimeSpan.FromHours(1), TimeSpan.FromDays(3_650), "Telemetry:Retention");
        return problems.ToResult();
    }
}
