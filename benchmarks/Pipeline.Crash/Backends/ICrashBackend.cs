using Pipeline.DependencyInjection;

namespace Pipeline.Crash.Backends;

/// <summary>A backend whose queues are put to the proof: how to start a server of its own, and how a process connects to one.</summary>
internal interface ICrashBackend
{
    /// <summary>Starts a server that loses nothing that it acknowledged, whatever becomes of it.</summary>
    Task<ICrashServer> StartServerAsync();

    /// <summary>Puts the queues of a process on a server.</summary>
    /// <param name="pipeline">The suite of the process.</param>
    /// <param name="address">The server's <see cref="ICrashServer.Address"/>.</param>
    /// <param name="commandTimeout">How long one call may take.</param>
    void Use(IPipelineBuilder pipeline, string address, TimeSpan commandTimeout);
}
