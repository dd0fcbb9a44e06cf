using Microsoft.Extensions.Logging;

namespace Pipeline;

internal static partial class Log
{
    public const int DoctorCheckFailedId = 8000;

    [LoggerMessage(DoctorCheckFailedId, LogLevel.Warning, "The doctor's check '{Check}' failed.")]
    public static partial void DoctorCheckFailed(ILogger logger, Exception exception, string check);
}
