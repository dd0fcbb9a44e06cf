using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.Redis.Servers.Proxying;

/// <summary>Stands on a port of its own before a server: counts the commands that clients send, and makes trouble when it is told to.</summary>
/// <remarks>
/// Thread-safe. What comes on one connection stays in order. The connection of a replica is passed on untouched and is not counted;
/// nothing befalls it but <see cref="CommandProxy{TCommand}.DisposeAsync"/>. TLS is not understood.
/// </remarks>
public sealed class RedisProxy : CommandProxy<RedisCommand>
{
    private readonly ConcurrentDictionary<(RedisCommandKind, string), long> _counts = new();

    private RedisProxy(IPEndPoint? upstream)
        : base(upstream)
    {
    }

    /// <summary>Starts a proxy.</summary>
    /// <param name="upstream">The server; null where <see cref="CommandProxy{TCommand}.Upstream"/> is set before a client connects.</param>
    public static RedisProxy Start(IPEndPoint? upstream = null)
    {
        var proxy = new RedisProxy(upstream);
        proxy.Open();
        return proxy;
    }

    /// <summary>Returns what has been counted since the start or the last <see cref="ResetCounts"/>. A command counts when it arrives, whatever befalls it then.</summary>
    public CommandCounts Counts() => new(_counts.ToArray());

    /// <summary>Begins to count at zero.</summary>
    public void ResetCounts() => _counts.Clear();

    /// <inheritdoc cref="CommandProxy{TCommand}.DropReply"/>
    /// <param name="name">The name of the command, in upper case.</param>
    /// <param name="occurrence">Which of them, counting from 1, which is the next.</param>
    public CommandFault<RedisCommand> DropReply(string name, int occurrence = 1) => DropReply(Named(name), occurrence);

    /// <inheritdoc cref="CommandProxy{TCommand}.Hold"/>
    /// <param name="name">The name of the commands, in upper case.</param>
    public CommandHold<RedisCommand> Hold(string name) => Hold(Named(name));

    /// <summary>Takes note of a command.</summary>
    internal void Count(RedisCommand command) => _counts.AddOrUpdate((command.Kind, command.Name), 1, static (_, count) => count + 1);

    protected override ProxyConnection<RedisCommand> Connect(Socket client) => new RedisProxyConnection(this, client);

    private static Func<RedisCommand, bool> Named(string name) => command => string.Equals(command.Name, name, StringComparison.Ordinal);
}
