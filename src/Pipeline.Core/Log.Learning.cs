using Microsoft.Extensions.Logging;

namespace Pipeline;

/// <summary>Learnings: event ids 6000 to 6999.</summary>
internal static partial class Log
{
    [LoggerMessage(6000, LogLevel.Warning, "A recall failed: there is nothing to go by until the store of learnings answers again.")]
    public static partial void RecallFailed(ILogger logger, Exception exception);

    [LoggerMessage(6001, LogLevel.Warning, "Step '{Step}' could not recall, and goes on without.")]
    public static partial void StepRecallFailed(ILogger logger, string step, Exception exception);

    [LoggerMessage(6002, LogLevel.Warning, "Step '{Step}' waited {Budget} for what it recalls, and goes on without.")]
    public static partial void StepRecallLate(ILogger logger, string step, TimeSpan budget);

    [LoggerMessage(6003, LogLevel.Warning, "What was learned from step '{Step}' could not be recorded.")]
    public static partial void StepLearnFailed(ILogger logger, string step, Exception exception);

    [LoggerMessage(6010, LogLevel.Warning, "{Count} findings were recorded without embeddings, since these could not be made: they are recalled by their words only.")]
    public static partial void FindingsNotEmbedded(ILogger logger, int count, Exception exception);

    [LoggerMessage(6011, LogLevel.Warning, "A text could not be embedded: the recall goes by its words.")]
    public static partial void TextNotEmbedded(ILogger logger, Exception exception);

    [LoggerMessage(6020, LogLevel.Information, "{Count} learnings were read from '{Path}'.")]
    public static partial void LearningsRestored(ILogger logger, int count, string path);

    [LoggerMessage(6021, LogLevel.Error, "Learnings could not be written to '{Path}', which is as it was. Mend what the error names, or they are lost with the process.")]
    public static partial void SnapshotFailed(ILogger logger, string path, Exception exception);
}
