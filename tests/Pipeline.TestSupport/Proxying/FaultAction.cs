namespace Pipeline.TestSupport.Proxying;

/// <summary>What befalls a command.</summary>
public enum FaultAction
{
    /// <summary>The connection is cut before the server gets the command.</summary>
    CutBefore,

    /// <summary>The server never gets the command, nor what follows it; the connection stays.</summary>
    LoseRequest,

    /// <summary>The connection is cut when the server has run the command; the reply is lost.</summary>
    DropReply,

    /// <summary>The connection stays, but no reply comes on it any more, from this one on.</summary>
    Silence,
}
