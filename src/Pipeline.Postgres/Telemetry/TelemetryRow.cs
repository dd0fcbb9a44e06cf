namespace Pipeline.Telemetry;

/// <summary>A record of a batch, and where its row stands among those that were written out.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Day">The partition that the id is in.</param>
/// <param name="Index">Where the record stands in the batch that was given.</param>
internal readonly record struct TelemetryRow(Guid Id, int Day, int Index)
{
    /// <summary>The order of the keys; of one id, the record that was given first.</summary>
    public static Comparison<TelemetryRow> Order { get; } = static (x, y) =>
    {
        var day = x.Day.CompareTo(y.Day);
        var id = day != 0 ? day : x.Id.CompareTo(y.Id);
        return id != 0 ? id : x.Index.CompareTo(y.Index);
    };

    /// <summary>Where its row begins.</summary>
    public int Start { get; init; }

    /// <summary>How long the row is.</summary>
    public int Length { get; init; }
}
