using StackExchange.Redis;

namespace Pipeline.Telemetry;

/// <summary>A segment of a lane as it was when the segments were listed.</summary>
/// <param name="Stream">Its stream.</param>
/// <param name="EarliestTicks">No record of it has an earlier time.</param>
/// <param name="LatestTicks">No record of it has a later time.</param>
/// <param name="LastEntry">The id of the last entry: later ones came since.</param>
internal sealed record RedisTelemetrySegment(RedisKey Stream, long EarliestTicks, long LatestTicks, RedisValue LastEntry);
