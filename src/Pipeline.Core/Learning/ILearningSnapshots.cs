namespace Pipeline.Learning;

/// <summary>
/// The ability of a learning store in memory to keep what it knows in a file, found through <c>ILearningStore.GetCapability</c>. It is there where the
/// store was given a file.
/// </summary>
/// <remarks>Thread safe.</remarks>
public interface ILearningSnapshots
{
    /// <summary>The file.</summary>
    string Path { get; }

    /// <summary>Writes all learnings to the file, if anything has changed since the last time.</summary>
    /// <param name="cancellationToken">Gives up; the file is then as it was.</param>
    /// <returns>A task that completes when the file holds all that was recorded, reported and forgotten before the call.</returns>
    /// <remarks>
    /// The file is replaced whole: whenever the process dies, it is the old one or the new one. What was there before stays beside it, with
    /// <c>.bak</c> at the end of its name.
    /// </remarks>
    /// <exception cref="IOException">The file cannot be written. It is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written. It is as it was.</exception>
    /// <exception cref="ObjectDisposedException">The store has been disposed.</exception>
    ValueTask SaveAsync(CancellationToken cancellationToken = default);
}
