using StackExchange.Redis;

namespace Pipeline.Backends;

/// <summary>A multiplexer and its database. Replaced as a whole where a connection of our own is given up. Thread safe.</summary>
/// <param name="multiplexer">The multiplexer.</param>
internal sealed class RedisSession(IConnectionMultiplexer multiplexer)
{
    private const int Unknown = 0;
    private const int SingleNode = 1;
    private const int Cluster = 2;

    private int _kind;

    public IConnectionMultiplexer Multiplexer => multiplexer;

    public IDatabase Database { get; } = multiplexer.GetDatabase();

    /// <summary>Whether the servers are a cluster, as far as the client knows by now.</summary>
    public bool IsCluster => Kind == Cluster;

    /// <summary>Whether one command may name any keys: <see langword="false"/> also where the client has not seen a server yet.</summary>
    public bool IsSingleNode => Kind == SingleNode;

    /// <summary>Closes the connection and ends the client's threads for it.</summary>
    public async Task CloseAsync()
    {
        try
        {
            await multiplexer.CloseAsync(allowCommandsToComplete: false).ConfigureAwait(false);
        }
        catch (Exception exception) when (RedisFailure.IsOfClient(exception))
        {
            // What is broken already is closed.
        }

        // Closing alone leaves ten threads behind. By way of IDisposable: newer clients have no Dispose of their own.
        ((IDisposable)multiplexer).Dispose();
    }

    private int Kind
    {
        get
        {
            if (_kind == Unknown && multiplexer.IsConnected)
            {
                _kind = Array.Exists(multiplexer.GetEndPoints(), endPoint => multiplexer.GetServer(endPoint).ServerType == ServerType.Cluster) ? Cluster : SingleNode;
            }

            return _kind;
        }
    }
}
