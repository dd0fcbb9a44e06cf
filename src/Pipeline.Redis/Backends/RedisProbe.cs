using StackExchange.Redis;

namespace Pipeline.Backends;

/// <summary>Whether the server answers. Asked by the start and by the doctor.</summary>
internal sealed class RedisProbe(RedisConnection connection, StartupCheck requirement) : IBackendProbe
{
    private const int Attempts = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    public string Backend => connection.Backend;

    public StartupCheck Requirement => requirement;

    public async ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await AskAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (BackendUnavailableException) when (attempt < Attempts)
            {
                // While it connects, the client does not know yet why it cannot, a wrong password for instance.
                await Task.Delay(Pause, connection.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // A read that says nothing: unlike PING it is answered only by who serves the suite's keys.
    private async ValueTask AskAsync(CancellationToken cancellationToken) =>
        await connection.CallAsync(
            "probe",
            (RedisKey)(connection.Keys.Root + "probe"),
            static (session, key) => session.Database.KeyExistsAsync(key, RedisConnection.Flags),
            cancellationToken).ConfigureAwait(false);
}
