using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.TestSupport.Proxying;

/// <summary>Stands on a port of its own before a server, knows the commands that pass, and makes trouble when it is told to.</summary>
/// <remarks>Thread-safe. What comes on one connection stays in order.</remarks>
/// <typeparam name="TCommand">A command of the server's protocol.</typeparam>
/// <param name="upstream">The server; null where <see cref="Upstream"/> is set before a client connects.</param>
public abstract class CommandProxy<TCommand>(IPEndPoint? upstream) : IAsyncDisposable
    where TCommand : class
{
    private readonly ConcurrentDictionary<ProxyConnection<TCommand>, bool> _connections = new();
    private readonly Barrier _passing = new();
    private readonly Barrier _taking = new();
    private readonly Lock _gate = new();
    private CommandFault<TCommand>[] _faults = [];
    private CommandHold<TCommand>[] _holds = [];
    private Socket? _listener;
    private IPEndPoint? _upstream = upstream;
    private ProxyMode _mode;
    private long _accepted;
    private bool _isDisposed;

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

    /// <summary>Cuts all connections of clients now, with a reset. What the server was doing for them it may or may not have finished.</summary>
    public void CutConnections()
    {
        foreach (var connection in _connections.Keys.Where(connection => !connection.IsSpared))
            connection.Cut();
    }

    /// <summary>Lets the server run a command to come, loses the reply and cuts the connection. Replies to earlier commands arrive.</summary>
    /// <param name="match">Says which commands are meant.</param>
    /// <param name="occurrence">Which of them, counting from 1, which is the next.</param>
    public CommandFault<TCommand> DropReply(Func<TCommand, bool> match, int occurrence = 1) => Add(FaultAction.DropReply, match, occurrence);

    /// <summary>Cuts the connection before the server gets a command to come.</summary>
    /// <inheritdoc cref="DropReply(Func{TCommand, bool}, int)"/>
    public CommandFault<TCommand> CutBefore(Func<TCommand, bool> match, int occurrence = 1) => Add(FaultAction.CutBefore, match, occurrence);

    /// <summary>Lets the server run a command to come, and loses its reply and all that follow on the connection, which stays open.</summary>
    /// <inheritdoc cref="DropReply(Func{TCommand, bool}, int)"/>
    public CommandFault<TCommand> Silence(Func<TCommand, bool> match, int occurrence = 1) => Add(FaultAction.Silence, match, occurrence);

    /// <summary>Keeps a command to come from the server, and all that follows it on the connection, which stays open.</summary>
    /// <inheritdoc cref="DropReply(Func{TCommand, bool}, int)"/>
    public CommandFault<TCommand> LoseRequest(Func<TCommand, bool> match, int occurrence = 1) => Add(FaultAction.LoseRequest, match, occurrence);

    /// <summary>Holds up commands before the server gets them, until the hold is released.</summary>
    public CommandHold<TCommand> Hold(Func<TCommand, bool> match)
    {
        var hold = new CommandHold<TCommand>(match, Remove);
        lock (_gate)
            _holds = [.. _holds, hold];
        return hold;
    }

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

        GC.SuppressFinalize(this);
    }

    /// <summary>Makes the connection for a client that was taken.</summary>
    protected abstract ProxyConnection<TCommand> Connect(Socket client);

    /// <summary>Finds a port and listens on it.</summary>
    protected void Open()
    {
        while (true)
        {
            try
            {
                EndPoint = new IPEndPoint(IPAddress.Loopback, LoopbackPort.FindFree());
                Mode = ProxyMode.Forwarding;
                return;
            }
            catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Another process took the port between the look and the use.
                continue;
            }
        }
    }

    internal static long DueAfter(TimeSpan delay) => Stopwatch.GetTimestamp() + (long)(delay.TotalSeconds * Stopwatch.Frequency);

    /// <summary>Returns what holds a command up, or null.</summary>
    public CommandHold<TCommand>? HoldOf(TCommand command) => Array.Find(_holds, hold => hold.Holds(command));

    /// <summary>Returns what befalls a command, or null. A fault befalls one command only.</summary>
    public CommandFault<TCommand>? FaultOf(TCommand command)
    {
        var fault = Array.Find(_faults, fault => fault.Takes(command));
        fault?.Dispose();
        return fault;
    }

    private CommandFault<TCommand> Add(FaultAction action, Func<TCommand, bool> match, int occurrence)
    {
        var fault = new CommandFault<TCommand>(action, match, occurrence, Remove);
        lock (_gate)
            _faults = [.. _faults, fault];
        return fault;
    }

    private void Remove(CommandFault<TCommand> fault)
    {
        lock (_gate)
            _faults = [.. _faults.Where(other => other != fault)];
    }

    private void Remove(CommandHold<TCommand> hold)
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
                var connection = Connect(await listener.AcceptAsync());
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

    private async Task CarryAsync(ProxyConnection<TCommand> connection)
    {
        using (connection)
            await connection.RunAsync();
        _connections.TryRemove(connection, out _);
    }
}
