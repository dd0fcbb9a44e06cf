namespace Pipeline.Workers;

/// <summary>What became of one delivery. The names are the values of the metric's <c>outcome</c> tag.</summary>
internal enum MessageOutcome
{
    Completed,
    Failed,
    DeadLettered,
    Deferred,
    Returned,
    LeaseLost,
}
