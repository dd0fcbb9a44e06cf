namespace Pipeline.Telemetry;

/// <summary>One file of spilled records. <see cref="SpillLog"/> guards it.</summary>
internal sealed class SpillSegment(string path)
{
    public string Path { get; } = path;

    /// <summary>Where the next record goes, and where what there is to read ends.</summary>
    public long Length { get; set; }

    /// <summary>How many records it holds, among them those that turn out to be damaged.</summary>
    public long Records { get; set; }

    /// <summary>How many of them were read or found to be damaged.</summary>
    public long Taken { get; set; }

    /// <summary>Up to where it was read.</summary>
    public long ReadTo { get; set; } = SpillFile.HeaderBytes;

    /// <summary>Whether it could not be opened: its records may yet be read by a later process.</summary>
    public bool IsUnreadable { get; set; }
}
