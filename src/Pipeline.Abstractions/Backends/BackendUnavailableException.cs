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
    /// <param name="innerException">
    /// The client's own exception, or <see langword="null"/>. Leave it out where the client's messages hold keys or other things that are nobody's business.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="backend"/> or <paramref name="operation"/> is null or empty.</exception>
    public BackendUnavailableException(string backend, string operation, Exception? innerException = null)
        : this(backend, operation, reason: null, innerException)
    {
    }

    /// <summary>Makes the exception for an operation that a backend did not carry out, and says why.</summary>
    /// <param name="backend">The backend's name and address without credentials, for instance <c>Redis at localhost:6379</c>.</param>
    /// <param name="operation">The operation that failed, for instance <c>queue receive</c>.</param>
    /// <param name="reason">Why, in a few words without secret or payload, for instance <c>out of memory</c>; <see langword="null"/> if it is not known.</param>
    /// <param name="innerException">The client's own exception, or <see langword="null"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="backend"/> or <paramref name="operation"/> is null or empty.</exception>
    public BackendUnavailableException(string backend, string operation, string? reason, Exception? innerException = null)
        : base($"{backend} did not answer '{operation}'{(reason is null ? "" : $": {reason}")}. The call may be repeated.", innerException)
    {
        ArgumentException.ThrowIfNullOrEmpty(backend);
        ArgumentException.ThrowIfNullOrEmpty(operation);
        Backend = backend;
        Operation = operation;
        Reason = reason;
    }

    /// <summary>The backend's name and address, without credentials.</summary>
    public string Backend { get; }

    /// <summary>The operation that failed.</summary>
    public string Operation { get; }

    /// <summary>Why, in a few words; <see langword="null"/> if it is not known.</summary>
    public string? Reason { get; }
}
