using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>Learnings: event ids 11700 to 11799. Neither tenants nor texts.</summary>
internal static partial class Log
{
    [LoggerMessage(11700, LogLevel.Warning, "{Backend}: '{Operation}' left out {Count} learnings that the suite did not write, or a later version of it.")]
    public static partial void PostgresLearningUnreadable(ILogger logger, string backend, string operation, int count);

    [LoggerMessage(11701, LogLevel.Warning, "{Backend}: a recall was not answered, and recalled nothing: {Reason}")]
    public static partial void PostgresRecallDegraded(ILogger logger, string backend, string reason);

    [LoggerMessage(11702, LogLevel.Warning, "{Backend}: the index of a model's embeddings was not made, so that recalls compare each of them: {Reason}")]
    public static partial void PostgresLearningIndexMissing(ILogger logger, string backend, string reason);
}
