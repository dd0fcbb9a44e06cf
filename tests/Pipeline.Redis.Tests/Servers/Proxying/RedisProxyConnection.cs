using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Pipeline.Redis.Servers.Proxying;

/// <summary>A connection whose commands are those of Redis, each with one reply.</summary>
internal sealed class RedisProxyConnection(RedisProxy proxy, Socket client) : ProxyConnection<RedisCommand>(proxy, client)
{
    // One entry for each command that the server has not yet answered.
    private readonly ConcurrentQueue<Parcel<RedisCommand>> _unanswered = new();
    private volatile bool _isReplication;
    private volatile bool _isStream;

    /// <summary>Gets if a replica opened the connection.</summary>
    public override bool IsSpared => _isReplication;

    protected override void TakeRequests(ReceiveBuffer buffer)
    {
        while (RequestReader.TryRead(buffer.Unread, out var command))
        {
            buffer.Consume(command!.Frame.Length);
            Take(command);
        }
    }

    protected override void TakeReplies(ReceiveBuffer buffer)
    {
        int length;
        while ((length = _isStream ? buffer.Unread.Length : ReplyReader.Measure(buffer.Unread)) > 0)
        {
            var parcel = new Parcel<RedisCommand>(buffer.Unread[..length].ToArray());
            buffer.Consume(length);
            SendReply(WithFault(parcel));
        }
    }

    private void Take(RedisCommand command)
    {
        _isReplication |= command.IsReplication;
        _isStream |= command.OpensStream;
        if (_isReplication)
        {
            SendRequest(new Parcel<RedisCommand>(command.Frame));
            return;
        }

        proxy.Count(command);
        var fault = proxy.FaultOf(command);
        _unanswered.Enqueue(new Parcel<RedisCommand>([], command, Fault: fault));
        SendRequest(new Parcel<RedisCommand>(command.Frame, command, proxy.HoldOf(command), fault is { IsBefore: true } ? fault : null));
    }

    /// <summary>Adds what befalls the reply, which is that of the oldest command without one; a push is nobody's reply.</summary>
    private Parcel<RedisCommand> WithFault(Parcel<RedisCommand> parcel) =>
        !_isStream && parcel.Bytes[0] != (byte)'>' && _unanswered.TryDequeue(out var request)
            ? parcel with { Command = request.Command, Fault = request.Fault }
            : parcel;
}
