namespace Pipeline.State;

/// <summary>What was published of a change.</summary>
/// <param name="Change">The change.</param>
/// <param name="Before">The space's counter before it.</param>
/// <param name="After">The space's counter after it.</param>
internal sealed record RedisStateReport(StateChange Change, long Before, long After);
