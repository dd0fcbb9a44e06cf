namespace Pipeline.Diagnostics;

/// <summary>What a doctor check found, and how to mend it.</summary>
/// <remarks>
/// Made by <see cref="Ok"/>, <see cref="Warning"/> or <see cref="Error"/>. Holds no secret: it is printed. Immutable, hence thread safe.
/// </remarks>
public sealed record DoctorResult
{
    private DoctorResult(DoctorStatus status, string summary, string? mend)
    {
        Status = status;
        Summary = summary;
        Mend = mend;
    }

    /// <summary>How good or bad it is.</summary>
    public DoctorStatus Status { get; }

    /// <summary>
    /// What was found, in one sentence with its figures, for instance <c>maxmemory-policy is allkeys-lru, and a queue is stored here.</c>
    /// </summary>
    public string Summary { get; }

    /// <summary>
    /// Exactly what to do: the command to run or the setting to change, with the value to give it. <see langword="null"/> if and only if
    /// <see cref="Status"/> is <see cref="DoctorStatus.Ok"/>.
    /// </summary>
    public string? Mend { get; }

    /// <summary>All is well.</summary>
    /// <param name="summary">What was found.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException"><paramref name="summary"/> is null, empty or white space.</exception>
    public static DoctorResult Ok(string summary)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(summary);
        return new DoctorResult(DoctorStatus.Ok, summary, mend: null);
    }

    /// <summary>It works, but not as it should in production.</summary>
    /// <param name="summary">What was found.</param>
    /// <param name="mend">Exactly what to do about it.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException"><paramref name="summary"/> or <paramref name="mend"/> is null, empty or white space.</exception>
    public static DoctorResult Warning(string summary, string mend) => Problem(DoctorStatus.Warning, summary, mend);

    /// <summary>It does not work, loses data or is not safe.</summary>
    /// <param name="summary">What was found.</param>
    /// <param name="mend">Exactly what to do about it.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentException"><paramref name="summary"/> or <paramref name="mend"/> is null, empty or white space.</exception>
    public static DoctorResult Error(string summary, string mend) => Problem(DoctorStatus.Error, summary, mend);

    private static DoctorResult Problem(DoctorStatus status, string summary, string mend)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(summary);
        ArgumentException.ThrowIfNullOrWhiteSpace(mend);
        return new DoctorResult(status, summary, mend);
    }
}
