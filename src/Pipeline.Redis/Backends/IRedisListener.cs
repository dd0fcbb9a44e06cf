namespace Pipeline.Backends;

/// <summary>Hears what is published on a channel, and when it may have missed something. Called on the thread pool, never two calls at once.</summary>
internal interface IRedisListener
{
    /// <summary>Something was published.</summary>
    void OnMessage(byte[] message);

    /// <summary>From now on messages may be missed.</summary>
    void OnInterrupted();

    /// <summary>Messages come again; what was published in between is lost.</summary>
    void OnRestored();
}
