namespace Pipeline.Backends;

/// <summary>
/// A backend answered and refused: a right is missing, the server is too old, or somebody else's data stands where the suite's should. The same
/// call fails until somebody mends that.
/// </summary>
/// <remarks>Nothing was changed by the call. The message names the backend, the operation and the mend, and holds neither a secret nor a payload.</remarks>
public sealed class BackendRefusedException : Exception
{
    /// <summary>Makes the exception for an operation that a backend refused.</summary>
    /// <param name="backend">The backend's name and address without credentials, for instance <c>Redis at localhost:6379</c>.</param>
    /// <param name="operation">The operation that was refused, for instance <c>queue receive</c>.</param>
    /// <param name="problem">What the backend objects to, without secret or payload.</param>
    /// <param name="mend">What to do about it, in a sentence.</param>
    /// <exception cref="ArgumentException">An argument is null or empty.</exception>
    public BackendRefusedException(string backend, string operation, string problem, string mend)
        : base($"{backend} refused '{operation}': {problem}. {mend}")
    {
        ArgumentException.ThrowIfNullOrEmpty(backend);
        ArgumentException.ThrowIfNullOrEmpty(operation);
        ArgumentException.ThrowIfNullOrEmpty(problem);
        ArgumentException.ThrowIfNullOrEmpty(mend);
        Backend = backend;
        Operation = operation;
    }

    /// <summary>The backend's name and address, without credentials.</summary>
    public string Backend { get; }

    /// <summary>The operation that was refused.</summary>
    public string Operation { get; }
}
