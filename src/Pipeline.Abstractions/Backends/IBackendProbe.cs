namespace Pipeline.Backends;

/// <summary>Answers whether a configured backend can be reached. Asked once, when the application starts.</summary>
/// <remarks>A backend registers one probe a connection. Implementations are thread safe.</remarks>
public interface IBackendProbe
{
    /// <summary>The backend's name and address without credentials, for instance <c>Redis at localhost:6379</c>.</summary>
    string Backend { get; }

    /// <summary>What an unreachable backend means for the start.</summary>
    StartupCheck Requirement { get; }

    /// <summary>Reaches the backend once.</summary>
    /// <param name="cancellationToken">Gives up the attempt.</param>
    /// <returns>A task that completes when the backend has answered.</returns>
    /// <exception cref="BackendUnavailableException">The backend did not answer.</exception>
    ValueTask ProbeAsync(CancellationToken cancellationToken);
}
