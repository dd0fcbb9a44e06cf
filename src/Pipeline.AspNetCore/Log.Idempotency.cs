using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>Idempotency keys: event ids 12400 to 12499.</summary>
internal static partial class Log
{
    [LoggerMessage(12400, LogLevel.Warning, "An answer could not be kept under its idempotency key: its caller has it, and a repeat can run again once the lease has run out.")]
    public static partial void IdempotencyAnswerLost(ILogger logger, Exception exception);
}
