namespace Pipeline.Redis.Servers.Proxying;

/// <summary>What a command is sent for.</summary>
public enum RedisCommandKind
{
    /// <summary>Work that somebody called for.</summary>
    Operation,

    /// <summary>What a client sends by itself to set up a connection, to look at a server and to keep a connection alive.</summary>
    Housekeeping,

    /// <summary>Subscribing and unsubscribing.</summary>
    Subscription,
}
