namespace Pipeline.Diagnostics;

/// <summary>What the checks of one run of the doctor found.</summary>
/// <remarks>Made by <see cref="Doctor.RunAsync(DoctorRunOptions, CancellationToken)"/>. Holds no secret: it is printed. Immutable, hence thread safe.</remarks>
public sealed class DoctorReport
{
    private readonly IReadOnlyList<DoctorReportRow> _all;

    internal DoctorReport(IReadOnlyList<DoctorReportRow> rows, IReadOnlyList<string> skipped, DateTimeOffset time, TimeSpan duration)
        : this(rows, rows, skipped, time, duration)
    {
    }

    private DoctorReport(
        IReadOnlyList<DoctorReportRow> rows, IReadOnlyList<DoctorReportRow> all, IReadOnlyList<string> skipped, DateTimeOffset time, TimeSpan duration)
    {
        Rows = rows;
        _all = all;
        Skipped = skipped;
        Time = time;
        Duration = duration;
    }

    /// <summary>
    /// The checks that ran, one row a name, in the (ordinal) order of their names; of a report made by <see cref="OnlyErrors"/>, those that found an error.
    /// </summary>
    public IReadOnlyList<DoctorReportRow> Rows { get; }

    /// <summary>The names of the checks that were asked for and left out because they use the network, in order.</summary>
    public IReadOnlyList<string> Skipped { get; }

    /// <summary>How many checks ran.</summary>
    internal int CheckCount => _all.Count;

    /// <summary>When the run began, in UTC.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>How long the run took.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The worst that was found; <see cref="DoctorStatus.Ok"/> where no check ran.</summary>
    public DoctorStatus Status => _all.Count == 0 ? DoctorStatus.Ok : _all.Max(static row => row.Result.Status);

    /// <summary>What a process that ran the doctor ends with: 1 if there is an error, else 0; a warning alone never makes it fail.</summary>
    public int ExitCode => Status == DoctorStatus.Error ? 1 : 0;

    /// <summary>Counts the checks with a status.</summary>
    /// <param name="status">The status.</param>
    /// <returns>How many of all that ran.</returns>
    public int Count(DoctorStatus status) => _all.Count(row => row.Result.Status == status);

    /// <summary>Leaves out the rows of the checks that found no error. Status, counts and exit code stay those of all that ran.</summary>
    /// <returns>The shorter report.</returns>
    public DoctorReport OnlyErrors() => new([.. _all.Where(static row => row.Result.Status == DoctorStatus.Error)], _all, Skipped, Time, Duration);

    /// <summary>Writes the report as JSON for other programs.</summary>
    /// <returns>One object, indented, in the schema of version 1; a new version is only for what would break a reader of this one.</returns>
    public string ToJson() => DoctorJson.Write(this);

    /// <summary>Writes the report as a table for people.</summary>
    /// <param name="options">How wide it is, and whether it has colours; <see langword="null"/> for the defaults.</param>
    /// <returns>The text, which ends with a line break (<c>\n</c>).</returns>
    public string ToTable(DoctorTableOptions? options = null) => DoctorTable.Write(this, options ?? DoctorTableOptions.Default);
}
