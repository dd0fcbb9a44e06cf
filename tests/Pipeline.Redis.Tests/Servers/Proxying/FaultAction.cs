namespace Pipeline.Redis.Servers.Proxying;

/// <summary>What befalls a command.</summary>
internal enum FaultAction
{
    /// <summary>The connection is cut before the server gets the command.</summary>
    CutBefore,

    /// <summary>The connection is cut when the server has run the command; the reply is lost.</summary>
    DropReply,

    /// <summary>The connection stays, but no reply comes on it any more, from this one on.</summary>
    Silence,
}
