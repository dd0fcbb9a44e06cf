namespace Pipeline.Diagnostics;

/// <summary>How the doctor's table looks.</summary>
/// <remarks>
/// Neither the terminal nor the environment is asked here: a host that honours <c>NO_COLOR</c> or a terminal's width says so.
/// Immutable, hence thread safe.
/// </remarks>
public sealed record DoctorTableOptions
{
    internal const int LeastWidth = 40;
    internal const int GreatestWidth = 1_000;

    internal static DoctorTableOptions Default { get; } = new();

    /// <summary>
    /// The length of a line in characters, 40 to 1,000, at which text is wrapped; a word that is longer stands whole on a line of its own.
    /// Default: 120.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int Width
    {
        get;
        init => field = value is >= LeastWidth and <= GreatestWidth
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "Width is out of range. Give 40 to 1,000.");
    } = 120;

    /// <summary>Whether statuses are coloured by ANSI escape sequences. Default: <see langword="false"/>.</summary>
    public bool UseColor { get; init; }
}
