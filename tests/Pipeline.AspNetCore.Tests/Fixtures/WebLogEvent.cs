using Microsoft.Extensions.Logging;

namespace Pipeline.Fixtures;

/// <summary>One event of a log.</summary>
/// <param name="Category">Who wrote it.</param>
/// <param name="Level">Its level.</param>
/// <param name="Id">Its id.</param>
/// <param name="Text">Its message.</param>
/// <param name="Exception">What was thrown, or null.</param>
/// <param name="Values">Its values, and those of the scopes around it.</param>
internal sealed record WebLogEvent(
    string Category, LogLevel Level, EventId Id, string Text, Exception? Exception, IReadOnlyDictionary<string, object?> Values);
