namespace Pipeline.Backends;

/// <summary>
/// A backend could not be reached, or did not answer within its deadline. The failure is transient: the same call may succeed later.
/// </summary>
/// <remarks>
/// Where the outcome is unknown (the call was sent, its answer never came) the call may have taken effect; the calls of this suite
/// are safe to repeat. The message names the backend and the operation and holds neither a secret nor a payload.
/// </remarks>
public sealed class BackendUnavailableException : Exception
{
    /// <summary>Makes the exception for an operation that a backend did not answer.</summary>
    /// <param name="backend">The backend's name and address without credentials, for instance <c>Redis at localhost:6379</c>.</param>
    /// <param name="operation">The operation that failed, for instance <c>queue receive</c>.</param>
    /// <param name="innerException">The client's own exception, or <see langword="null"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="backend"/> or <paramref name="operation"/> is null or empty.</exception>
    public BackendUnavailableException(string backend, string operation, Exception? innerException = null)
        : base($"{backend} did not answer '{operation}'. The call may be repeated.", innerException)
    {
        ArgumentException.ThrowIfNullOrEmpty(backend);
        ArgumentException.ThrowIfNullOrEmpty(operation);
        Backend = backend;
        Operation = operation;
    }

    /// <summary>The backend's name and address, without credentials.</summary>
    public string Backend { get; }

    /// <summary>The operation that failed.</summary>
    public string Operation { get; }
}
