using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>Metrics: event ids 12600 to 12699.</summary>
internal static partial class Log
{
    [LoggerMessage(12600, LogLevel.Warning, "An observable instrument threw while metrics were collected; its figures are missing from this answer. Further ones are not told.")]
    public static partial void InstrumentThrew(ILogger logger, Exception exception);

    [LoggerMessage(12601, LogLevel.Warning, "Instrument '{Instrument}' of meter '{Meter}' is not shown: another one of another kind has the name {Name}. Give it another name.")]
    public static partial void InstrumentNameTaken(ILogger logger, string meter, string instrument, string name);
}
