namespace Pipeline.Conformance.RateLimiting.Generation;

/// <summary>
/// The bounds of the moment at which a call was decided, in ticks of time that passes evenly; one moment under a manual clock.
/// </summary>
/// <param name="Earliest">Before the call.</param>
/// <param name="Latest">After it.</param>
/// <param name="Wall">What the wall clock shows beyond that time, because it was set.</param>
internal readonly record struct ModelMoment(long Earliest, long Latest, long Wall);
