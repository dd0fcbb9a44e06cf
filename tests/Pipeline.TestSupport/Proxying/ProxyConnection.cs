using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Pipeline.TestSupport.Proxying;

/// <summary>One client's connection and the proxy's own to the server. What derives from it cuts the bytes into commands and replies.</summary>
/// <param name="proxy">The proxy.</param>
/// <param name="client">The client's end.</param>
public abstract class ProxyConnection<TCommand>(CommandProxy<TCommand> proxy, Socket client) : IDisposable
    where TCommand : class
{
    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly Channel<Parcel<TCommand>> _requests = Channel.CreateUnbounded<Parcel<TCommand>>();
    private readonly Channel<Parcel<TCommand>> _replies = Channel.CreateUnbounded<Parcel<TCommand>>();
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gets if nothing befalls the connection: no delay, no stall, no cut.</summary>
    public virtual bool IsSpared => false;

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
                EndAfter(ReadAsync(client, TakeRequests, _ended.Token), _requests),
                EndAfter(WriteAsync(_requests, _server)),
                EndAfter(ReadAsync(_server, TakeReplies, _ended.Token), _replies),
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
        GC.SuppressFinalize(this);
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
    private async Task EndAfter(Task part, Channel<Parcel<TCommand>>? read = null)
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

    /// <summary>Reads what the server's and the client's end have to say, from the first byte to the last.</summary>
    private static async Task ReadAsync(Socket source, Action<ReceiveBuffer> take, CancellationToken cancellationToken)
    {
        var buffer = new ReceiveBuffer();
        int count;
        while ((count = await source.ReceiveAsync(buffer.Free(), cancellationToken)) > 0)
        {
            buffer.Received(count);
            take(buffer);
        }
    }

    /// <summary>Takes what is whole of the requests that have come, and sends it on.</summary>
    protected abstract void TakeRequests(ReceiveBuffer buffer);

    /// <summary>Takes what is whole of the replies that have come, and sends it on.</summary>
    protected abstract void TakeReplies(ReceiveBuffer buffer);

    /// <summary>Sends bytes on their way to the server.</summary>
    protected void SendRequest(Parcel<TCommand> parcel) => _requests.Writer.TryWrite(parcel with { Due = CommandProxy<TCommand>.DueAfter(proxy.RequestDelay) });

    /// <summary>Sends bytes on their way to the client.</summary>
    protected void SendReply(Parcel<TCommand> parcel) => _replies.Writer.TryWrite(parcel with { Due = CommandProxy<TCommand>.DueAfter(proxy.ReplyDelay) });

    private async Task WriteAsync(Channel<Parcel<TCommand>> parcels, Socket target)
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

    private bool IsFree(Parcel<TCommand> parcel) =>
        parcel.Hold is null && parcel.Fault is null && (IsSpared || (proxy.Passing.IsCompleted && parcel.Due <= Stopwatch.GetTimestamp()));

    private static async Task SendAsync(List<ArraySegment<byte>> batch, Socket target)
    {
        if (batch.Count == 0)
            return;

        await target.SendAsync(batch, SocketFlags.None);
        batch.Clear();
    }

    /// <summary>Waits until the bytes may pass.</summary>
    /// <returns>False if they never may, because the connection ends with them.</returns>
    private async Task<bool> ArriveAsync(Parcel<TCommand> parcel)
    {
        var late = parcel.Due - Stopwatch.GetTimestamp();
        if (late > 0)
            await Task.Delay(TimeSpan.FromSeconds((double)late / Stopwatch.Frequency), _ended.Token);
        await proxy.Passing.WaitAsync(_ended.Token);
        if (parcel.Hold is { } hold)
            await hold.PassAsync(parcel.Command!).WaitAsync(_ended.Token);
        if (parcel.Fault is not { } fault)
            return true;

        if (fault.Action is FaultAction.Silence or FaultAction.LoseRequest)
        {
            fault.Happen(parcel.Command!);
            await Task.Delay(Timeout.Infinite, _ended.Token);
        }

        Cut();
        fault.Happen(parcel.Command!);
        return false;
    }
}
