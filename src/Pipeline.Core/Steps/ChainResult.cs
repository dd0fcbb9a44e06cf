namespace Pipeline.Steps;

/// <summary>Makes the answers of a chain's steps.</summary>
public static class ChainResult
{
    /// <summary>The chain goes on to its next step.</summary>
    /// <typeparam name="T">The chain's item.</typeparam>
    /// <param name="item">The item for the next step: the same, or a new one.</param>
    /// <returns>The answer.</returns>
    public static ChainResult<T> Continue<T>(T item) => new(ChainResultKind.Continue, item, reason: null);

    /// <summary>The chain ends here without an error: no later step runs, and the message counts as done.</summary>
    /// <typeparam name="T">The chain's item.</typeparam>
    /// <param name="reason">Why, for logs and traces. It must hold no payload and no secret.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="ArgumentException"><paramref name="reason"/> is null or empty.</exception>
    public static ChainResult<T> Halt<T>(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return new ChainResult<T>(ChainResultKind.Halt, default, reason);
    }
}
