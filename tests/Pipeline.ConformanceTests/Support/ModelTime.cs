namespace Pipeline.Conformance;

/// <summary>The time and the counters of one sequence: its own time moves only where the sequence says so.</summary>
internal sealed class ModelTime(DateTimeOffset start)
{
    private long _index;

    /// <summary>The time as the sequence has it: when it began, and all that it advanced.</summary>
    public DateTimeOffset Now { get; private set; } = start;

    /// <summary>The server's own time at the current operation, which can be a little later.</summary>
    public DateTimeOffset ServerNow { get; private set; } = start;

    /// <summary>The server's own time when the current operation began.</summary>
    public DateTimeOffset ServerNowBefore { get; private set; } = start;

    /// <summary>The number of the current operation.</summary>
    public int Operation { get; private set; }

    public TimeSpan Drift => ServerNow - Now;

    public void Advance(TimeSpan by) => Now += by;

    public void BeginOperation(DateTimeOffset serverNow)
    {
        Operation++;
        ServerNow = serverNow;
        ServerNowBefore = serverNow;
    }

    public void Observe(DateTimeOffset serverNow) => ServerNow = serverNow;

    public long NextIndex() => _index++;

    /// <summary>A time of the server's clock as the sequence has it.</summary>
    public DateTimeOffset FromServer(DateTimeOffset time) => time - Drift;
}
