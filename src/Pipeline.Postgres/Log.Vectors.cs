using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>Vectors: event ids 11600 to 11699.</summary>
internal static partial class Log
{
    [LoggerMessage(11600, LogLevel.Information, "{Backend}: version {Version} of collection '{Collection}' has an index now.")]
    public static partial void PostgresVectorsIndexed(ILogger logger, string backend, string collection, int version);

    [LoggerMessage(
        11601,
        LogLevel.Warning,
        "{Backend}: version {Version} of collection '{Collection}', of {Dimension} dimensions, is searched exactly: pgvector 0.8 is not in the database, or does not index as many. Exact search takes time in proportion to the tenant's items.")]
    public static partial void PostgresVectorsWithoutIndex(ILogger logger, string backend, string collection, int version, int dimension);
}
