using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>Telemetry: event ids 5000 to 5999. No record's values: a request id can be somebody's.</summary>
internal static partial class Log
{
    [LoggerMessage(5000, LogLevel.Warning, "Telemetry sink '{Sink}' cannot write; its records wait, and what finds no room is dropped and counted. It keeps trying; next in {Delay}.")]
    public static partial void TelemetryWriteFailed(ILogger logger, string sink, TimeSpan delay, Exception? exception);

    [LoggerMessage(5001, LogLevel.Debug, "Telemetry sink '{Sink}' still cannot write; next try in {Delay}.")]
    public static partial void TelemetryWriteFailedAgain(ILogger logger, string sink, TimeSpan delay, Exception? exception);

    [LoggerMessage(5002, LogLevel.Information, "Telemetry sink '{Sink}' writes again.")]
    public static partial void TelemetryWritesAgain(ILogger logger, string sink);

    [LoggerMessage(5003, LogLevel.Error, "The store of telemetry sink '{Sink}' refused {Count} records of a batch of {BatchSize} for good; they are dropped and counted.")]
    public static partial void TelemetryRefused(ILogger logger, string sink, int count, int batchSize, Exception exception);

    [LoggerMessage(5004, LogLevel.Warning, "Telemetry sink '{Sink}' was closed before {Count} records were written; they are lost and counted. {Spilled} more are on disk and will be written by the next process.")]
    public static partial void TelemetryClosedUnwritten(ILogger logger, string sink, long count, long spilled);

    [LoggerMessage(5010, LogLevel.Error, "The spill of telemetry sink '{Sink}' cannot be written; records are kept in memory only, as far as there is room. Check the disk of Telemetry:Spill:Directory, or raise Telemetry:Spill:MaxBytes.")]
    public static partial void TelemetrySpillFailed(ILogger logger, string sink, Exception? exception);

    [LoggerMessage(5011, LogLevel.Information, "The spill of telemetry sink '{Sink}' is written again.")]
    public static partial void TelemetrySpillWorksAgain(ILogger logger, string sink);

    [LoggerMessage(5012, LogLevel.Information, "Telemetry sink '{Sink}' took over {Count} records that an earlier process left on disk.")]
    public static partial void TelemetryRecovered(ILogger logger, string sink, long count);

    [LoggerMessage(5013, LogLevel.Error, "{Count} records in spill file '{File}' cannot be read back; they are lost and counted.")]
    public static partial void TelemetrySpillDamaged(ILogger logger, string file, long count);

    [LoggerMessage(5014, LogLevel.Error, "'{File}' is no spill file that this version can read. It is left as it is: run the version that wrote it, or remove the file.")]
    public static partial void TelemetrySpillForeign(ILogger logger, string file);

    [LoggerMessage(5015, LogLevel.Warning, "Spill file '{File}' could not be removed or cut; its records may be written again, which changes nothing.")]
    public static partial void TelemetrySpillNotRemoved(ILogger logger, string file, Exception exception);

    [LoggerMessage(5020, LogLevel.Error, "A call of step '{Step}' has no telemetry record, since a value of it is out of bounds. From now on this is only counted.")]
    public static partial void TelemetryRecordImpossible(ILogger logger, string step, Exception exception);
}
