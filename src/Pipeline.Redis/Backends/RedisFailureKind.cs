namespace Pipeline.Backends;

/// <summary>What a failed command means for the caller.</summary>
internal enum RedisFailureKind
{
    /// <summary>The server cannot be reached, or cannot serve just now. Whether the command ran may be unknown.</summary>
    Unavailable,

    /// <summary>The client asked the wrong server, since its picture of them is old. Nothing ran; the command can be repeated after a new look.</summary>
    Misdirected,

    /// <summary>The server does not know the script yet. Nothing ran.</summary>
    UnknownScript,

    /// <summary>The server does not accept the command, now or later.</summary>
    Refused,
}
