using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Telemetry;

/// <summary>Says which setting of a <see cref="TelemetryOptions"/> is out of range, and the mend.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>
{
    public ValidateOptionsResult Validate(string? name, TelemetryOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var problems = new OptionProblems("Telemetry");
        problems.Range(options.BatchSize, 1, TelemetryOptions.GreatestBatchSize, nameof(options.BatchSize), "records");
        problems.Range(options.FlushInterval, TelemetryOptions.LeastTime, TelemetryOptions.GreatestFlushInterval, nameof(options.FlushInterval));
        problems.Range(options.WriteTimeout, TelemetryOptions.LeastTime, TelemetryOptions.GreatestTime, nameof(options.WriteTimeout));
        problems.Range(options.MaxRetryDelay, TelemetryOptions.LeastTime, TelemetryOptions.GreatestTime, nameof(options.MaxRetryDelay));
        problems.Range(options.CloseTimeout, TimeSpan.Zero, TelemetryOptions.GreatestTime, nameof(options.CloseTimeout));
        CheckMemory(problems, options.Memory);
        CheckLane(problems, options.Accounting, nameof(options.Accounting));
        CheckLane(problems, options.Diagnostic, nameof(options.Diagnostic));
        CheckSpill(problems, options.Spill);
        CheckPrices(problems, options.Prices);
        return problems.ToResult();
    }

    private static void CheckMemory(OptionProblems problems, TelemetryMemoryOptions? memory)
    {
        problems.Require(memory is not null, "Memory is null. Give a value, if only the default one.");
        if (memory is not null)
        {
            problems.Range(memory.MaxRecords, 1, TelemetryMemoryOptions.GreatestMaxRecords, "Memory:MaxRecords", "records");
            problems.Range(memory.MaxBytes, TelemetryMemoryOptions.LeastMaxBytes, TelemetryMemoryOptions.GreatestMaxBytes, "Memory:MaxBytes", "bytes");
        }
    }

    private static void CheckLane(OptionProblems problems, TelemetryLaneOptions? lane, string setting)
    {
        problems.Require(lane is not null, $"{setting} is null. Give a value, if only the default one.");
        if (lane is not null)
        {
            problems.Range(lane.MaxRecords, 1, TelemetryLaneOptions.GreatestMaxRecords, $"{setting}:MaxRecords", "records");
            problems.Range(lane.MaxBytes, TelemetryLaneOptions.LeastMaxBytes, TelemetryLaneOptions.GreatestMaxBytes, $"{setting}:MaxBytes", "bytes");
        }
    }

    private static void CheckPrices(OptionProblems problems, PriceTableOptions? prices)
    {
        problems.Require(prices is not null, "Prices is null. Give a value, if only the default one.");
        if (prices is not null)
        {
            PriceChecks.Check(prices, problems, "Prices:");
        }
    }

    private static void CheckSpill(OptionProblems problems, TelemetrySpillOptions? spill)
    {
        problems.Require(spill is not null, "Spill is null. Give a value, if only the default one.");
        if (spill is not null)
        {
            problems.Require(spill.Directory is not "", "Spill:Directory is empty. Give a folder, or leave the setting out.");
            problems.Range(spill.MaxBytes, TelemetrySpillOptions.LeastMaxBytes, TelemetrySpillOptions.GreatestMaxBytes, "Spill:MaxBytes", "bytes");
        }
    }
}
