using Microsoft.Extensions.Logging;
using Pipeline.Telemetry;

namespace Pipeline;

/// <summary>Steps and chains: event ids 1000 to 1999.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Debug, "Step '{Step}': attempt {Attempt} failed with {ErrorType}; the next begins in {Delay}.")]
    public static partial void StepRetries(ILogger logger, string step, int attempt, string errorType, TimeSpan delay);

    [LoggerMessage(1001, LogLevel.Warning, "Step '{Step}' fails too often: its circuit is open for {BreakDuration}.")]
    public static partial void StepCircuitOpened(ILogger logger, string step, TimeSpan breakDuration);

    [LoggerMessage(1002, LogLevel.Information, "Step '{Step}' works again: its circuit is closed.")]
    public static partial void StepCircuitClosed(ILogger logger, string step);

    [LoggerMessage(1003, LogLevel.Error, "Telemetry sink '{Sink}' threw, which a sink must not do: the record is lost. From now on this is only counted.")]
    public static partial void SinkThrew(ILogger logger, Exception exception, string sink);

    [LoggerMessage(
        1004,
        LogLevel.Information,
        "Step '{Step}' {Outcome} in {DurationMs} ms (attempts {Attempts}, cache {Cache}, model {Model}, error {ErrorType}, tenant {Tenant}, request {RequestId}).")]
    public static partial void StepEnded(
        ILogger logger,
        string step,
        string outcome,
        double durationMs,
        int attempts,
        CacheOutcome cache,
        string? model,
        string? errorType,
        string tenant,
        string? requestId);

    [LoggerMessage(1100, LogLevel.Information, "Chain '{Chain}' has new options: Enabled {Enabled}, Timeout {Timeout}.")]
    public static partial void ChainOptionsReloaded(ILogger logger, string chain, bool enabled, TimeSpan? timeout);

    [LoggerMessage(
        1102,
        LogLevel.Information,
        "Step '{Step}' of chain '{Chain}' {Outcome} in {DurationMs} ms (message {MessageId}, error {ErrorType}, tenant {Tenant}, request {RequestId}).")]
    public static partial void ChainStepEnded(
        ILogger logger,
        string step,
        string chain,
        string outcome,
        double durationMs,
        Guid? messageId,
        string? errorType,
        string tenant,
        string? requestId);

    [LoggerMessage(1101, LogLevel.Error, "The new options of chain '{Chain}' are invalid: it goes on with those it had. Mend the configuration.")]
    public static partial void ChainOptionsInvalid(ILogger logger, Exception exception, string chain);
}
