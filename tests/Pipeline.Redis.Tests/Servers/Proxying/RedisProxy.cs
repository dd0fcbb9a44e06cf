using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.Redis.Servers.Proxying;

/// <summary>Stands on a port of its own before a server: counts the commands that clients send, and makes trouble when it is told to.</summary>
/// <remarks>
/// Thread-safe. What comes on one connection stays in order. The connection of a replica is passed on untouched and is not counted;
/// nothing befalls it but <see cref="DisposeAsync"/>. TLS is not understood.
/// </remarks>
public sealed class RedisProxy : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ProxyConnection, bool> _connections = new();
    private readonly ConcurrentDictionary<(RedisCommandKind, string), long> _counts = new();
    private readonly Barrier _passing = new();
    private readonly Barrier _taking = new();
    private readonly Lock _gate = new();
    private CommandFault[] _faults = [];
    private CommandHold[] _holds = [];
    private Socket? _listener;
    private IPEndPoint? _upstream;
    private ProxyMode _mode;
    private long _accepted;
    private bool _isDisposed;

    private RedisProxy(IPEndPoint? upstream) => _upstream = upstream;

    /// <summary>Gets the address that clients connect to; it stays the same while the proxy lives.</summary>
    public IPEndPoint EndPoint { get; private set; } = new(IPAddress.Loopback, 0);

    /// <summary>Gets the address as a connection string has it.</summary>
    public string Address => EndPoint.ToString();

    /// <summary>Gets or sets the server that new connections go to.</summary>
    public IPEndPoint Upstream
    {
        get => Volatile.Read(ref _upstream) ?? throw new InvalidOperationException("The proxy has no server yet.");
        set => Volatile.Write(ref _upstream, value);
    }

    /// <summary>Gets or sets by how much commands are late. They overlap: the delay makes no queue.</summary>
    public TimeSpan RequestDelay { get; set; }

    /// <summary>Gets or sets by how much replies are late.</summary>
    public TimeSpan ReplyDelay { get; set; }

    /// <summary>Gets how many connections clients have opened so far.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Gets or sets what the proxy does with connections. Those that are open are not cut by it: see <see cref="CutConnections"/>.</summary>
    public ProxyMode Mode
    {
        get => _mode;
        set
        {
            lock (_gate)
            {
                _mode = value;
                _passing.Set(value != ProxyMode.Stalled);
                _taking.Set(value is ProxyMode.Forwarding or ProxyMode.Refusing);
                if (value == ProxyMode.Refusing)
                    StopListening();
                else
                    Listen();
            }
        }
    }

    internal Task Passing => _passing.Opened;

    internal Task Taking => _taking.Opened;

    /// <summary>Starts a proxy.</summary>
    /// <param name="upstream">The server; null where <see cref="Upstream"/> is set before a client connects.</param>
    public static RedisProxy Start(IPEndPoint? upstream = null)
    {
        var proxy = new RedisProxy(upstream);
        while (true)
        {
            try
            {
                proxy.EndPoint = new IPEndPoint(IPAddress.Loopback, LoopbackPort.FindFree());
                proxy.Mode = ProxyMode.Forwarding;
                return proxy;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Another process took the port between the look and the use.
                continue;
            }
        }
    }

    /// <summary>Returns what has been counted since the start or the last <see cref="ResetCounts"/>. A command counts when it arrives, whatever befalls it then.</summary>
    public CommandCounts Counts() => new(_counts.ToArray());

    /// <summary>Begins to count at zero.</summary>
    public void ResetCounts() => _counts.Clear();

    /// <summary>Cuts all connections of clients now, with a reset. What the server was doing for them it may or may not have finished.</summary>
    public void CutConnections()
    {
        foreach (var connection in _connections.Keys.Where(connection => !connection.IsReplication))
            connection.Cut();
    }

    /// <summary>Lets the server run a command to come, loses the reply and cuts the connection. Replies to earlier commands arrive.</summary>
    /// <param name="match">Says which commands are meant.</param>
    /// <param name="occurrence">Which of them, counting from 1, which is the next.</param>
    public CommandFault DropReply(Func<RedisCommand, bool> match, int occurrence = 1) => Add(FaultAction.DropReply, match, occurrence);

    /// <inheritdoc cref="DropReply(Func{RedisCommand, bool}, int)"/>
    /// <param name="name">The name of the command, in upper case.</param>
    /// <param name="occurrence">Which of them, counting from 1, which is the next.</param>
    public CommandFault DropReply(string name, int occurrence = 1) => DropReply(Named(name), occurrence);

    /// <summary>Cuts the connection before the server gets a command to come.</summary>
    /// <inheritdoc cref="DropReply(Func{RedisCommand, bool}, int)"/>
    public CommandFault CutBefore(Func<RedisCommand, bool> match, int occurrence = 1) => Add(FaultAction.CutBefore, match, occurrence);

    /// <summary>Lets the server run a command to come, and loses its reply and all that follow on the connection, which stays open.</summary>
    /// <inheritdoc cref="DropReply(Func{RedisCommand, bool}, int)"/>
    public CommandFault Silence(Func<RedisCommand, bool> match, int occurrence = 1) => Add(FaultAction.Silence, match, occurrence);

    /// <summary>Holds up commands before the server gets them, until the hold is released.</summary>
    public CommandHold Hold(Func<RedisCommand, bool> match)
    {
        var hold = new CommandHold(match, Remove);
        lock (_gate)
            _holds = [.. _holds, hold];
        return hold;
    }

    /// <inheritdoc cref="Hold(Func{RedisCommand, bool})"/>
    /// <param name="name">The name of the commands, in upper case.</param>
    public CommandHold Hold(string name) => Hold(Named(name));

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isDisposed = true;
            StopListening();
        }

        foreach (var hold in _holds)
            hold.Release();
        foreach (var connection in _connections.Keys)
        {
            connection.Dispose();
            await connection.Ended;
        }
    }

    internal static long DueAfter(TimeSpan delay) => Stopwatch.GetTimestamp() + (long)(delay.TotalSeconds * Stopwatch.Frequency);

    /// <summary>Takes note of a command.</summary>
    internal void Count(RedisCommand command) => _counts.AddOrUpdate((command.Kind, command.Name), 1, static (_, count) => count + 1);

    /// <summary>Returns what holds a command up, or null.</summary>
    internal CommandHold? HoldOf(RedisCommand command) => Array.Find(_holds, hold => hold.Holds(command));

    /// <summary>Returns what befalls a command, or null. A fault befalls one command only.</summary>
    internal CommandFault? FaultOf(RedisCommand command)
    {
        var fault = Array.Find(_faults, fault => fault.Takes(command));
        fault?.Dispose();
        return fault;
    }

    private static Func<RedisCommand, bool> Named(string name) => command => string.Equals(command.Name, name, StringComparison.Ordinal);

    private CommandFault Add(FaultAction action, Func<RedisCommand, bool> match, int occurrence)
    {
        var fault = new CommandFault(action, match, occurrence, Remove);
        lock (_gate)
            _faults = [.. _faults, fault];
        return fault;
    }

    private void Remove(CommandFault fault)
    {
        lock (_gate)
            _faults = [.. _faults.Where(other => other != fault)];
    }

    private void Remove(CommandHold hold)
    {
        lock (_gate)
            _holds = [.. _holds.Where(other => other != hold)];
    }

    private void StopListening()
    {
        _listener?.Dispose();
        _listener = null;
    }

    private void Listen()
    {
        if (_listener is not null || _isDisposed)
            return;

        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(EndPoint);
            listener.Listen();
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        _listener = listener;
        _ = AcceptAsync(listener);
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                var connection = new ProxyConnection(this, await listener.AcceptAsync());
                Interlocked.Increment(ref _accepted);
                _connections[connection] = true;
                _ = CarryAsync(connection);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The listener was closed.
        }
    }

    private async Task CarryAsync(ProxyConnection connection)
    {
        using (connection)
            await connection.RunAsync();
        _connections.TryRemove(connection, out _);
    }
}
