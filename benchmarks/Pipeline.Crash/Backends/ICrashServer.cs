namespace Pipeline.Crash.Backends;

/// <summary>A server that is made to suffer.</summary>
internal interface ICrashServer : IAsyncDisposable
{
    /// <summary>What a process needs to connect.</summary>
    string Address { get; }

    /// <summary>What the server is, for the report.</summary>
    string Description { get; }

    /// <summary>Kills it with SIGKILL.</summary>
    Task KillAsync();

    /// <summary>Starts it again on its data and waits until it serves.</summary>
    Task RestartAsync();

    /// <summary>Stops it with SIGSTOP: connections stay, nothing is answered.</summary>
    void Pause();

    /// <summary>Continues it.</summary>
    void Resume();

    /// <summary>Cuts the connections of all clients.</summary>
    Task CutClientsAsync();
}
