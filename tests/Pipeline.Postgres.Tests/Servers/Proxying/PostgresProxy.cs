using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Pipeline.Postgres.Servers.Proxying;

/// <summary>Stands on a port of its own before a server: counts statements and round trips, and makes trouble when it is told to.</summary>
/// <remarks>
/// Thread-safe. What comes on one connection stays in order. A fault after the server has answered comes when the server is ready for
/// more, so that what is not inside a transaction of the client's is committed. Clients that ask for TLS are told what the server says;
/// where that is yes, nothing is counted and only stalls, delays and cuts befall the connection.
/// </remarks>
public sealed class PostgresProxy : CommandProxy<PostgresStatement>
{
    private readonly ConcurrentDictionary<PostgresStatement, long> _statements = new();
    private long _exchanges;

    private PostgresProxy(IPEndPoint? upstream)
        : base(upstream)
    {
    }

    /// <summary>Starts a proxy.</summary>
    /// <param name="upstream">The server; null where <see cref="CommandProxy{TCommand}.Upstream"/> is set before a client connects.</param>
    public static PostgresProxy Start(IPEndPoint? upstream = null)
    {
        var proxy = new PostgresProxy(upstream);
        proxy.Open();
        return proxy;
    }

    /// <summary>Returns what has been counted since the start or the last <see cref="ResetCounts"/>. A statement counts when it arrives, whatever befalls it then.</summary>
    public PostgresCounts Counts() => new(Volatile.Read(ref _exchanges), _statements.ToArray());

    /// <summary>Begins to count at zero.</summary>
    public void ResetCounts()
    {
        Volatile.Write(ref _exchanges, 0);
        _statements.Clear();
    }

    /// <inheritdoc cref="CommandProxy{TCommand}.DropReply"/>
    /// <param name="fragment">A part of the text of the statement, which is run.</param>
    /// <param name="occurrence">Which of them, counting from 1, which is the next.</param>
    public CommandFault<PostgresStatement> DropReply(string fragment, int occurrence = 1) => DropReply(Running(fragment), occurrence);

    /// <inheritdoc cref="CommandProxy{TCommand}.CutBefore"/>
    /// <inheritdoc cref="DropReply(string, int)" path="/param"/>
    public CommandFault<PostgresStatement> CutBefore(string fragment, int occurrence = 1) => CutBefore(Running(fragment), occurrence);

    /// <inheritdoc cref="CommandProxy{TCommand}.Silence"/>
    /// <inheritdoc cref="DropReply(string, int)" path="/param"/>
    public CommandFault<PostgresStatement> Silence(string fragment, int occurrence = 1) => Silence(Running(fragment), occurrence);

    /// <inheritdoc cref="CommandProxy{TCommand}.LoseRequest"/>
    /// <inheritdoc cref="DropReply(string, int)" path="/param"/>
    public CommandFault<PostgresStatement> LoseRequest(string fragment, int occurrence = 1) => LoseRequest(Running(fragment), occurrence);

    /// <inheritdoc cref="CommandProxy{TCommand}.Hold"/>
    /// <param name="fragment">A part of the text of the statements, which are run.</param>
    public CommandHold<PostgresStatement> Hold(string fragment) => Hold(Running(fragment));

    /// <summary>Takes note of a statement.</summary>
    internal void Count(PostgresStatement statement) => _statements.AddOrUpdate(statement, 1, static (_, count) => count + 1);

    /// <summary>Takes note that a client asked the server to answer in full.</summary>
    internal void CountExchange() => Interlocked.Increment(ref _exchanges);

    protected override ProxyConnection<PostgresStatement> Connect(Socket client) => new PostgresProxyConnection(this, client);

    private static Func<PostgresStatement, bool> Running(string fragment) => statement => statement.Runs(fragment);
}
