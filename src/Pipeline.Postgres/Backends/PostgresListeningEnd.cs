namespace Pipeline.Backends;

/// <summary>How an attempt to listen ended.</summary>
internal enum PostgresListeningEnd
{
    /// <summary>It did not begin.</summary>
    Failed,

    /// <summary>Notifications came, or the connection was lost before it could be seen; now they come no more.</summary>
    Lost,

    /// <summary>The connection was there, and nothing came over it.</summary>
    Unheard,
}
