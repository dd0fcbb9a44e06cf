namespace Pipeline.Backends;

/// <summary>Hears the notifications of one topic. Called for one thing at a time, in order, on the thread pool.</summary>
internal interface IPostgresListener
{
    /// <summary>A notification came.</summary>
    void OnNotification(string payload);

    /// <summary>From now on notifications may be missed.</summary>
    void OnInterrupted();

    /// <summary>Notifications come again; what happened in between was not told.</summary>
    void OnRestored();

    /// <summary>Called every 5 seconds while notifications do not come: time to look by oneself.</summary>
    void OnBeatWithoutNotifications();
}
