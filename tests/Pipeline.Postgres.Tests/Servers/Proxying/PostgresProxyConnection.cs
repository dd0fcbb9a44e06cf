using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Pipeline.Postgres.Servers.Proxying;

/// <summary>A connection in version 3 of PostgreSQL's protocol. When both ends have agreed to encrypt, it is passed on unread.</summary>
internal sealed class PostgresProxyConnection(PostgresProxy proxy, Socket client) : ProxyConnection<PostgresStatement>(proxy, client)
{
    // One entry for each exchange that the server has begun to get and not yet answered in full.
    private readonly ConcurrentQueue<PostgresExchange> _unanswered = new();
    private readonly Dictionary<string, string> _prepared = new(StringComparer.Ordinal);
    private PostgresExchange? _open;
    private bool _hasStarted;
    private int _negotiations;
    private volatile bool _isOpaque;

    protected override void TakeRequests(ReceiveBuffer buffer)
    {
        while (!_isOpaque && TakeRequest(buffer.Unread) is > 0 and var length)
            buffer.Consume(length);
        if (_isOpaque && buffer.Unread.Length > 0)
        {
            SendRequest(new Parcel<PostgresStatement>(buffer.Unread.ToArray()));
            buffer.Consume(buffer.Unread.Length);
        }
    }

    protected override void TakeReplies(ReceiveBuffer buffer)
    {
        while (!_isOpaque && TakeReply(buffer.Unread) is > 0 and var length)
            buffer.Consume(length);
        if (_isOpaque && buffer.Unread.Length > 0)
        {
            SendReply(new Parcel<PostgresStatement>(buffer.Unread.ToArray()));
            buffer.Consume(buffer.Unread.Length);
        }
    }

    /// <summary>Takes one message.</summary>
    /// <returns>Its length, 0 if it is not whole.</returns>
    private int TakeRequest(ReadOnlySpan<byte> bytes)
    {
        if (!_hasStarted)
            return TakeStart(bytes);

        var length = PostgresMessage.Measure(bytes);
        if (length > 0)
            Take(bytes[..length]);
        return length;
    }

    private int TakeStart(ReadOnlySpan<byte> bytes)
    {
        var length = PostgresMessage.MeasureStart(bytes, out var code);
        if (length == 0)
            return 0;

        switch (code)
        {
            case PostgresMessage.SslRequest or PostgresMessage.GssEncryptionRequest:
                // The server answers with a single byte, for which the client waits.
                Interlocked.Increment(ref _negotiations);
                break;
            case PostgresMessage.CancelRequest:
                _isOpaque = true;
                break;
            default:
                _hasStarted = true;
                _unanswered.Enqueue(new PostgresExchange());
                break;
        }

        SendRequest(new Parcel<PostgresStatement>(bytes[..length].ToArray()));
        return length;
    }

    private void Take(ReadOnlySpan<byte> message)
    {
        var type = (char)message[0];
        var bytes = message.ToArray();

        // A password, what is copied and the goodbye belong to no exchange, or to one that has been asked for.
        if (type is 'p' or 'd' or 'c' or 'f' or 'X')
        {
            SendRequest(new Parcel<PostgresStatement>(bytes));
            return;
        }

        // The server may answer before the exchange is whole.
        var exchange = _open;
        if (exchange is null)
            _unanswered.Enqueue(exchange = _open = new PostgresExchange());
        if (type is 'Q' or 'S' or 'F')
        {
            _open = null;
            proxy.CountExchange();
        }

        SendRequest(StatementOf(type, message) is { } statement ? Judged(bytes, statement, exchange) : new Parcel<PostgresStatement>(bytes));
    }

    private PostgresStatement? StatementOf(char type, ReadOnlySpan<byte> message)
    {
        switch (type)
        {
            case 'Q':
                return new PostgresStatement(PostgresStatementKind.Query, PostgresMessage.Text(message, 0));
            case 'P':
                var text = _prepared[PostgresMessage.Text(message, 0)] = PostgresMessage.Text(message, 1);
                return new PostgresStatement(PostgresStatementKind.Parse, text);
            case 'B':
                return new PostgresStatement(PostgresStatementKind.Bind, _prepared.GetValueOrDefault(PostgresMessage.Text(message, 1), ""));
            default:
                return null;
        }
    }

    private Parcel<PostgresStatement> Judged(byte[] bytes, PostgresStatement statement, PostgresExchange exchange)
    {
        proxy.Count(statement);
        var fault = proxy.FaultOf(statement);
        if (fault is { IsBefore: false })
            exchange.Lose(statement, fault);
        return new Parcel<PostgresStatement>(bytes, statement, proxy.HoldOf(statement), fault is { IsBefore: true } ? fault : null);
    }

    /// <summary>Takes messages that share their fate.</summary>
    /// <returns>Their length, 0 if the first is not whole.</returns>
    private int TakeReply(ReadOnlySpan<byte> bytes)
    {
        if (Volatile.Read(ref _negotiations) > 0 && bytes.Length > 0)
        {
            Interlocked.Decrement(ref _negotiations);
            _isOpaque = bytes[0] is (byte)'S' or (byte)'G';
            SendReply(new Parcel<PostgresStatement>(bytes[..1].ToArray()));
            return 1;
        }

        _unanswered.TryPeek(out var exchange);
        int length = 0, next;
        bool isWhole = false, asksForData = false;
        while (!isWhole && (next = PostgresMessage.Measure(bytes[length..])) > 0)
        {
            isWhole = bytes[length] == (byte)'Z';
            asksForData = bytes[length] == (byte)'G';
            length += next;
        }

        if (isWhole)
            _unanswered.TryDequeue(out _);
        if (length == 0)
            return 0;

        // A copy's data is to be had only from a client that was asked for it; what is lost is the answer to the whole.
        if (asksForData || exchange?.Lost is not { } lost)
            SendReply(new Parcel<PostgresStatement>(bytes[..length].ToArray()));
        else if (isWhole)
            SendReply(new Parcel<PostgresStatement>([], lost.Statement, Fault: lost.Fault));
        return length;
    }
}
