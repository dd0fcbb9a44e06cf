using StackExchange.Redis;

namespace Pipeline.Backends;

/// <summary>What became of a command that failed. The one place that reads the client's exceptions, whose messages hold keys and never go further.</summary>
/// <param name="Kind">What it means for the caller.</param>
/// <param name="Reason">Why, in a few words of ours.</param>
/// <param name="Mend">For a refusal: what to do about it.</param>
internal readonly record struct RedisFailure(RedisFailureKind Kind, string Reason, string Mend = "")
{
    private const string CheckRights = "Give the user the rights that docs/redis.md lists.";

    /// <summary>Whether the client should look anew which server does what.</summary>
    public bool AsksForNewLook { get; private init; }

    /// <summary>Whether it is the client's way to say that a command failed; anything else is a mistake of ours or the caller's.</summary>
    /// <remarks>While it connects anew, 1.2.6 stumbles now and then over a connection that is gone just then.</remarks>
    public static bool IsOfClient(Exception exception) => exception
        is RedisException or RedisCommandException or TimeoutException or ObjectDisposedException or TaskCanceledException or NullReferenceException;

    public static RedisFailure Of(Exception exception) => exception switch
    {
        RedisConnectionException connection => OfConnection(connection),
        RedisServerException server => OfReply(server.Message),
        TimeoutException => new(RedisFailureKind.Unavailable, "no answer in time"),
        ObjectDisposedException or TaskCanceledException => new(RedisFailureKind.Unavailable, "the connection is closed"),
        NullReferenceException => new(RedisFailureKind.Unavailable, "no connection"),
        _ => new(RedisFailureKind.Refused, "the client cannot send the command", "Check that no command is disabled in the client's CommandMap."),
    };

    /// <summary>Makes the exception that leaves this package.</summary>
    public Exception ToException(string backend, string operation) => Kind == RedisFailureKind.Refused
        ? new BackendRefusedException(backend, operation, Reason, Mend)
        : new BackendUnavailableException(backend, operation, Reason);

    private static RedisFailure OfConnection(RedisConnectionException exception)
    {
        var cause = (exception.InnerException as RedisConnectionException)?.FailureType ?? exception.FailureType;
        var reason = cause switch
        {
            ConnectionFailureType.AuthenticationFailure => "the login failed; check the password",
            ConnectionFailureType.Loading => "the server is loading its data",
            ConnectionFailureType.UnableToResolvePhysicalConnection or ConnectionFailureType.UnableToConnect => "no connection",
            _ => $"the connection failed ({cause})",
        };
        return new(RedisFailureKind.Unavailable, reason)
        {
            AsksForNewLook = exception.FailureType is ConnectionFailureType.UnableToResolvePhysicalConnection or ConnectionFailureType.ProtocolFailure,
        };
    }

    private static RedisFailure OfReply(string message)
    {
        var end = message.IndexOf(' ', StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]) switch
        {
            "NOSCRIPT" => new(RedisFailureKind.UnknownScript, "unknown script"),
            "READONLY" => new(RedisFailureKind.Misdirected, "the server is a replica") { AsksForNewLook = true },
            "Endpoint" => new(RedisFailureKind.Misdirected, "a node of the cluster cannot be reached") { AsksForNewLook = true },
            "OOM" => new(RedisFailureKind.Unavailable, "the server is out of memory (maxmemory)"),
            "LOADING" => new(RedisFailureKind.Unavailable, "the server is loading its data"),
            "CLUSTERDOWN" or "TRYAGAIN" or "MOVED" or "ASK" => new(RedisFailureKind.Unavailable, "the cluster is moving slots, or not whole") { AsksForNewLook = true },
            "BUSY" => new(RedisFailureKind.Unavailable, "the server is busy with a script"),
            "MASTERDOWN" or "NOREPLICAS" => new(RedisFailureKind.Unavailable, "the server lacks its primary or its replicas"),
            "MISCONF" => new(RedisFailureKind.Unavailable, "the server cannot persist its data and takes no writes"),
            "NOAUTH" or "WRONGPASS" => new(RedisFailureKind.Unavailable, "the login failed; check the password"),
            "NOPERM" => new(RedisFailureKind.Refused, "the user lacks a right", CheckRights),
            "WRONGTYPE" => new(
                RedisFailureKind.Refused, "a key of the suite holds a value that the suite did not write", "Remove that key, or set another KeyPrefix."),
            _ => OfError(message),
        };
    }

    private static RedisFailure OfError(string message)
    {
        if (message.Contains("can't run this command", StringComparison.Ordinal) || message.Contains("No permissions", StringComparison.OrdinalIgnoreCase))
        {
            return new(RedisFailureKind.Refused, "the user lacks a right", CheckRights);
        }

        if (message.Contains("non local key", StringComparison.Ordinal))
        {
            return OfReply("TRYAGAIN");
        }

        // A script meets the same as a command of its own would, further down in the text.
        if (message.Contains("WRONGTYPE", StringComparison.Ordinal))
        {
            return OfReply("WRONGTYPE");
        }

        return message.Contains("nknown command", StringComparison.Ordinal) || message.Contains("nknown Redis command", StringComparison.Ordinal)
            ? new(RedisFailureKind.Refused, "the server does not know a command", "Use Redis 6.2 or later, and rename or disable none of its commands.")
            : new(RedisFailureKind.Refused, "the server replied an error", "Turn on Trace logging for Pipeline.Backends to see the reply.");
    }
}
