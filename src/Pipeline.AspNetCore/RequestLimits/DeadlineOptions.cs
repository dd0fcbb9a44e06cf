namespace Pipeline.RequestLimits;

/// <summary>How long requests may take.</summary>
/// <remarks>
/// Bound from <c>Deadlines</c> of the edge's section, where a time is a number of seconds (<c>120</c>) or a text such as <c>00:02:00</c>. Read once, at start.
/// </remarks>
public sealed class DeadlineOptions
{
    /// <summary>
    /// How long a request may take where its endpoint does not say, 1 millisecond to 1 day; <see langword="null"/> (in configuration: <c>off</c>) for no deadline. Default: 120
    /// seconds.
    /// </summary>
    public TimeSpan? Default { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>
    /// How long a request may take from the time when its model is known, by <c>model:version</c> or by <c>model</c> for every other version, 1 millisecond to 1 day. In
    /// configuration: <c>Deadlines:Models:&lt;model&gt;:&lt;version&gt;</c>. Upper and lower case are the same. Default: empty.
    /// </summary>
    public IDictionary<string, TimeSpan> Models { get; set; } = new Dictionary<string, TimeSpan>(StringComparer.OrdinalIgnoreCase);
}
