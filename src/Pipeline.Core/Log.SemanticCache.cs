using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>The semantic cache: event ids 3500 to 3599. No text, no key and no value: these can hold what is secret.</summary>
internal static partial class Log
{
    [LoggerMessage(3500, LogLevel.Debug, "A look-up in the semantic cache of step '{Step}' failed: the step runs.")]
    public static partial void SemanticLookupFailed(ILogger logger, string step, Exception exception);

    [LoggerMessage(3501, LogLevel.Warning, "Look-ups in the semantic cache fail too often: none is tried for {Break}, and steps run.")]
    public static partial void SemanticCacheLeftAlone(ILogger logger, TimeSpan @break, Exception? exception);

    [LoggerMessage(3502, LogLevel.Information, "The semantic cache works again.")]
    public static partial void SemanticCacheWorksAgain(ILogger logger);

    [LoggerMessage(3503, LogLevel.Warning, "An answer of step '{Step}' could not be kept in the semantic cache.")]
    public static partial void SemanticAnswerNotKept(ILogger logger, string step, Exception exception);
}
