namespace Pipeline.Telemetry;

/// <summary>The records of one lane, first in, first out: which places of <see cref="RecordLanes"/> they have.</summary>
internal struct RecordLane
{
    public int Head;
    public int Tail;
    public int Count;
    public long Bytes;

    /// <summary>How many records came in since the lane was made: the number of the next one.</summary>
    public long Entered;

    /// <summary>The number of the oldest that waits; that of the next one where none does.</summary>
    public readonly long Oldest => Entered - Count;
}
