using StackExchange.Redis;

namespace Pipeline.Backends;

/// <summary>Whether the server answers. Asked by the start and by the doctor.</summary>
internal sealed class RedisProbe(RedisConnection connection, StartupCheck requirement) : IBackendProbe
{
    public string Backend => connection.Backend;

    public StartupCheck Requirement => requirement;

    // A read that says nothing: unlike PING it is answered only by who serves the suite's keys.
    public async ValueTask ProbeAsync(CancellationToken cancellationToken) =>
        await connection.CallAsync(
            "probe",
            (RedisKey)(connection.Keys.Root + "probe"),
            static (session, key) => session.Database.KeyExistsAsync(key, RedisConnection.Flags),
            cancellationToken).ConfigureAwait(false);
}
