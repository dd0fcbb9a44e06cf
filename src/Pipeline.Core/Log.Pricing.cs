using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>Prices: event ids 5500 to 5599.</summary>
internal static partial class Log
{
    [LoggerMessage(
        5500,
        LogLevel.Warning,
        "Step '{Step}' used tokens of model '{Model}' that the price table '{Version}' has no price for, so their cost is not known. "
        + "Add the model's prices to Telemetry:Prices. For this model, this is only counted from now on.")]
    public static partial void UsageUnpriced(ILogger logger, string step, string model, string version);
}
