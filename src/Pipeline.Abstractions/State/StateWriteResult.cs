namespace Pipeline.State;

/// <summary>Whether a write took place, and if not, what stood in its way.</summary>
/// <remarks>Immutable, hence thread safe. The default value is a write that found no entry where it named one.</remarks>
public readonly record struct StateWriteResult
{
    private StateWriteResult(bool succeeded, long version, StateEntry? current)
    {
        Succeeded = succeeded;
        Version = version;
        Current = current;
    }

    /// <summary>Whether the write took place.</summary>
    public bool Succeeded { get; }

    /// <summary>The version that the write gave the entry; <see cref="StateEntry.NoVersion"/> where it did not take place.</summary>
    public long Version { get; }

    /// <summary>
    /// Where the write did not take place: the entry as it stood at that moment, so that the caller can try again without reading first;
    /// <see langword="null"/> where there was none, and where the write took place.
    /// </summary>
    public StateEntry? Current { get; }

    /// <summary>A write that took place.</summary>
    /// <param name="version">The entry's new version, 1 or more.</param>
    /// <returns>The result.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="version"/> is below 1.</exception>
    public static StateWriteResult Written(long version)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        return new StateWriteResult(succeeded: true, version, current: null);
    }

    /// <summary>A write that did not take place, because the entry's version was not the one that it named.</summary>
    /// <param name="current">The entry as it stood, or <see langword="null"/> where there was none.</param>
    /// <returns>The result.</returns>
    public static StateWriteResult Conflict(StateEntry? current) => new(succeeded: false, StateEntry.NoVersion, current);
}
