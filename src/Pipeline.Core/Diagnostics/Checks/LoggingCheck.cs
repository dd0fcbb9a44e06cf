using Microsoft.Extensions.Logging;
using Pipeline.Caching;
using Pipeline.Workers;

namespace Pipeline.Diagnostics;

/// <summary>Whether errors are logged, and what may be secret is not.</summary>
internal sealed class LoggingCheck(ILoggerFactory loggers, Func<bool> isDevelopment) : ProcessCheck("process.logging")
{
    private static readonly string[] Categories = [typeof(QueueWorker).FullName!, typeof(TieredCache).FullName!, "Pipeline.Steps"];

    protected override DoctorResult Look()
    {
        var silent = Categories.Where(category => !loggers.CreateLogger(category).IsEnabled(LogLevel.Error)).ToArray();
        if (silent.Length > 0)
        {
            return DoctorResult.Warning(
                $"Nothing takes the errors that these log: {Wording.Names(silent)}.",
                "Add a provider with services.AddLogging(…), and set Logging:LogLevel:Pipeline to Information.");
        }

        var chatty = Categories.Where(category => loggers.CreateLogger(category).IsEnabled(LogLevel.Trace)).ToArray();
        return chatty.Length > 0 && !isDevelopment()
            ? DoctorResult.Warning(
                $"Trace is on for {Wording.Names(chatty)}: at this level keys and payloads may be logged.",
                "Set Logging:LogLevel:Pipeline to Information.")
            : DoctorResult.Ok("Errors are logged, and Trace is off or this is a development host.");
    }
}
