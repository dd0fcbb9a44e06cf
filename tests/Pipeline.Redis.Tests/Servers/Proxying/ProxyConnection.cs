using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Pipeline.Redis.Servers.Proxying;

/// <summary>One client's connection and the proxy's own to the server.</summary>
internal sealed class ProxyConnection(RedisProxy proxy, Socket client) : IDisposable
{
    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Channel<Parcel> _requests = Channel.CreateUnbounded<Parcel>();
    private readonly Channel<Parcel> _replies = Channel.CreateUnbounded<Parcel>();
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One entry for each command that the server has not yet answered.
    private readonly ConcurrentQueue<Parcel> _unanswered = new();
    private volatile bool _isReplication;
    private volatile bool _isStream;

    /// <summary>Gets if a replica opened the connection.</summary>
    public bool IsReplication => _isReplication;

    /// <summary>Gets a task that ends when nothing more happens on the connection.</summary>
    public Task Ended => _finished.Task;

    /// <summary>Carries the connection until one end closes it.</summary>
    public async Task RunAsync()
    {
        // Nothing of a connection may hold up the loop that takes the next one.
        await Task.Yield();
        try
        {
            client.NoDelay = true;
            await proxy.Taking.WaitAsync(_ended.Token);
            await _server.ConnectAsync(proxy.Upstream, _ended.Token);
            await Task.WhenAll(
                EndAfter(ReadRequestsAsync(), _requests),
                EndAfter(WriteAsync(_requests, _server)),
                EndAfter(ReadRepliesAsync(), _replies),
                EndAfter(WriteAsync(_replies, client)));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException or InvalidDataException)
        {
            // One end is gone, or speaks something else.
        }
        finally
        {
            Dispose();
            _finished.SetResult();
        }
    }

    /// <summary>Closes both ends in good order.</summary>
    public void Dispose()
    {
        client.Dispose();
        _server.Dispose();
        _ended.Cancel();
    }

    /// <summary>Closes both ends; the client's is reset.</summary>
    public void Cut()
    {
        try
        {
            // Closing without lingering sends a reset.
            client.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is closed.
        }

        Dispose();
    }

    /// <summary>Ends the connection when a writer ends, or anything fails. A reader that comes to the end leaves the writer to pass on what came before.</summary>
    private async Task EndAfter(Task part, Channel<Parcel>? read = null)
    {
        try
        {
            await part;
        }
        catch
        {
            Dispose();
            throw;
        }

        if (read is null)
            Dispose();
        else
            read.Writer.Complete();
    }

    private async Task ReadRequestsAsync()
    {
        var buffer = new ReceiveBuffer();
        int count;
        while ((count = await client.ReceiveAsync(buffer.Free(), _ended.Token)) > 0)
        {
            buffer.Received(count);
            while (RequestReader.TryRead(buffer.Unread, out var command))
            {
                buffer.Consume(command!.Frame.Length);
                Take(command);
            }
        }
    }

    private void Take(RedisCommand command)
    {
        _isReplication |= command.IsReplication;
        _isStream |= command.OpensStream;
        if (_isReplication)
        {
            _requests.Writer.TryWrite(new Parcel(command.Frame));
            return;
        }

        proxy.Count(command);
        var fault = proxy.FaultOf(command);
        _unanswered.Enqueue(new Parcel([], command, Fault: fault));
        var faultBefore = fault?.Action == FaultAction.CutBefore ? fault : null;
        _requests.Writer.TryWrite(new Parcel(command.Frame, command, proxy.HoldOf(command), faultBefore) { Due = RedisProxy.DueAfter(proxy.RequestDelay) });
    }

    private async Task ReadRepliesAsync()
    {
        var buffer = new ReceiveBuffer();
        int count;
        while ((count = await _server.ReceiveAsync(buffer.Free(), _ended.Token)) > 0)
        {
            buffer.Received(count);
            int length;
            while ((length = _isStream ? buffer.Unread.Length : ReplyReader.Measure(buffer.Unread)) > 0)
            {
                var parcel = new Parcel(buffer.Unread[..length].ToArray()) { Due = RedisProxy.DueAfter(proxy.ReplyDelay) };
                buffer.Consume(length);
                _replies.Writer.TryWrite(WithFault(parcel));
            }
        }
    }

    /// <summary>Adds what befalls the reply, which is that of the oldest command without one; a push is nobody's reply.</summary>
    private Parcel WithFault(Parcel parcel) =>
        !_isStream && parcel.Bytes[0] != (byte)'>' && _unanswered.TryDequeue(out var request)
            ? parcel with { Command = request.Command, Fault = request.Fault }
            : parcel;

    private async Task WriteAsync(Channel<Parcel> parcels, Socket target)
    {
        var batch = new List<ArraySegment<byte>>();
        while (await parcels.Reader.WaitToReadAsync(_ended.Token))
        {
            while (parcels.Reader.TryRead(out var parcel))
            {
                if (IsFree(parcel))
                {
                    batch.Add(parcel.Bytes);
                    continue;
                }

                await SendAsync(batch, target);
                if (!await ArriveAsync(parcel))
                    return;
                batch.Add(parcel.Bytes);
            }

            await SendAsync(batch, target);
        }
    }

    private bool IsFree(Parcel parcel) =>
        parcel.Hold is null && parcel.Fault is null && (_isReplication || (proxy.Passing.IsCompleted && parcel.Due <= Stopwatch.GetTimestamp()));

    private static async Task SendAsync(List<ArraySegment<byte>> batch, Socket target)
    {
        if (batch.Count == 0)
            return;

        await target.SendAsync(batch, SocketFlags.None);
        batch.Clear();
    }

    /// <summary>Waits until the bytes may pass.</summary>
    /// <returns>False if they never may, because the connection ends with them.</returns>
    private async Task<bool> ArriveAsync(Parcel parcel)
    {
        var late = parcel.Due - Stopwatch.GetTimestamp();
        if (late > 0)
            await Task.Delay(TimeSpan.FromSeconds((double)late / Stopwatch.Frequency), _ended.Token);
        await proxy.Passing.WaitAsync(_ended.Token);
        if (parcel.Hold is { } hold)
            await hold.PassAsync(parcel.Command!).WaitAsync(_ended.Token);
        if (parcel.Fault is not { } fault)
            return true;

        if (fault.Action == FaultAction.Silence)
        {
            fault.Happen(parcel.Command!);
            await Task.Delay(Timeout.Infinite, _ended.Token);
        }

        Cut();
        fault.Happen(parcel.Command!);
        return false;
    }
}
