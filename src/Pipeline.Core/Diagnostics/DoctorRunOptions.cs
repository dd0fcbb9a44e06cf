namespace Pipeline.Diagnostics;

/// <summary>Which checks a doctor runs, and how.</summary>
/// <remarks>
/// A pattern is a check's name in which <c>*</c> stands for any characters and <c>?</c> for one; letter case makes no difference. Immutable, hence
/// thread safe.
/// </remarks>
public sealed record DoctorRunOptions
{
    internal static readonly TimeSpan LeastCheckTimeout = TimeSpan.FromMilliseconds(1);
    internal static readonly TimeSpan GreatestCheckTimeout = TimeSpan.FromHours(1);
    internal const int GreatestMaxParallelism = 64;

    internal static DoctorRunOptions Default { get; } = new();

    /// <summary>Leaves out the checks that reach over the network (<see cref="IDoctorCheck.UsesNetwork"/>). Default: <see langword="false"/>.</summary>
    public bool SkipNetwork { get; init; }

    /// <summary>Runs only the checks that one of these patterns matches. Default: empty, all checks.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public IReadOnlyList<string> Only
    {
        get;
        init => field = Checked(value, nameof(Only));
    } = [];

    /// <summary>Leaves out the checks that one of these patterns matches, also those that <see cref="Only"/> asks for. Default: empty.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public IReadOnlyList<string> Except
    {
        get;
        init => field = Checked(value, nameof(Except));
    } = [];

    /// <summary>How long one check may take, 1 millisecond to 1 hour; then an error stands in its place. Default: 10 seconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan CheckTimeout
    {
        get;
        init => field = value >= LeastCheckTimeout && value <= GreatestCheckTimeout
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "CheckTimeout is out of range. Give 1 millisecond to 1 hour.");
    } = TimeSpan.FromSeconds(10);

    /// <summary>How many checks run at the same time, 1 to 64. Default: 4.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int MaxParallelism
    {
        get;
        init => field = value is >= 1 and <= GreatestMaxParallelism
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "MaxParallelism is out of range. Give 1 to 64.");
    } = 4;

    private static string[] Checked(IReadOnlyList<string> patterns, string property)
    {
        ArgumentNullException.ThrowIfNull(patterns, property);
        return [.. patterns];
    }
}
