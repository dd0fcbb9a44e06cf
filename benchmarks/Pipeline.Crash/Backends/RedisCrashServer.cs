using Pipeline.Redis.Servers;

namespace Pipeline.Crash.Backends;

internal sealed class RedisCrashServer(RedisServer server) : ICrashServer
{
    public string Address => server.Address;

    public string Description => "redis-server, appendonly yes, appendfsync always";

    public Task KillAsync() => server.KillAsync();

    public Task RestartAsync() => server.RestartAsync();

    public void Pause() => server.Pause();

    public void Resume() => server.Resume();

    public Task CutClientsAsync() => server.ExecuteAsync("CLIENT", "KILL", "TYPE", "normal");

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
