namespace Pipeline.Caching;

/// <summary>The generation of a tag as this process knows it.</summary>
/// <param name="Number">The generation.</param>
/// <param name="ConfirmedAt">When the server or the feed last told it, a timestamp of the process's clock.</param>
internal readonly record struct KnownGeneration(long Number, long ConfirmedAt);
