using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;

namespace Pipeline.Backends;

/// <summary>
/// A reply that is awaited: with a deadline, and going on in the thread pool. The client completes its tasks on the loop that reads replies, one after
/// the other; what went on there, and waited, would hold up every other caller of the connection.
/// </summary>
/// <remarks>
/// Used again and again, so that awaiting costs no garbage; awaited once each time. One that was given up is not used again, since its reply may still come.
/// </remarks>
internal sealed class PendingReply<T> : IValueTaskSource<T>, IThreadPoolWorkItem, IDeadlineCall
{
    private const int MostKept = 1_024;
    private const int Waiting = 0;
    private const int Replied = 1;
    private const int GivenUp = 2;
    private const int Cancelled = 3;

    private static readonly ConcurrentQueue<PendingReply<T>> Free = new();

    private readonly Action _onReply;
    private ManualResetValueTaskSourceCore<T> _source;
    private Task<T>? _reply;
    private CallDeadlines? _deadlines;
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _cancellationToken;
    private int _stripe;
    private int _state;
    private bool _isReusable;

    private PendingReply() => _onReply = OnReply;

    public long Deadline { get; private set; }

    public int Place { get; set; }

    /// <summary>Awaits a reply.</summary>
    /// <param name="reply">The client's task.</param>
    /// <param name="deadline">When to give up, as a timestamp.</param>
    /// <param name="deadlines">Watches over the time.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <returns>The reply; a <see cref="TimeoutException"/> if it did not come in time.</returns>
    public static ValueTask<T> Await(Task<T> reply, long deadline, CallDeadlines deadlines, CancellationToken cancellationToken)
    {
        if (reply.IsCompleted)
        {
            return new ValueTask<T>(reply);
        }

        var pending = Free.TryDequeue(out var free) ? free : new PendingReply<T>();
        return pending.Begin(reply, deadline, deadlines, cancellationToken);
    }

    /// <summary>Called by the clock.</summary>
    void IDeadlineCall.GiveUp()
    {
        if (Interlocked.CompareExchange(ref _state, GivenUp, Waiting) == Waiting)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Called in the thread pool.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        // One whose cancellation is just being asked for would be cancelled in its next use.
        _isReusable = _cancellation.Unregister() || !_cancellationToken.CanBeCanceled;
        switch (_state)
        {
            case GivenUp:
                _source.SetException(new TimeoutException());
                break;
            case Cancelled:
                _source.SetException(new OperationCanceledException(_cancellationToken));
                break;
            case Replied when _reply!.IsCompletedSuccessfully:
                _source.SetResult(_reply.Result);
                break;
            case Replied when _reply.IsFaulted:
                _source.SetException(_reply.Exception.InnerException!);
                break;
            default:
                _source.SetException(new TaskCanceledException(_reply));
                break;
        }
    }

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<T>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    T IValueTaskSource<T>.GetResult(short token)
    {
        var isReusable = _isReusable && _state == Replied;
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            if (isReusable && Free.Count < MostKept)
            {
                _source.Reset();
                _reply = null;
                Free.Enqueue(this);
            }
        }
    }

    private ValueTask<T> Begin(Task<T> reply, long deadline, CallDeadlines deadlines, CancellationToken cancellationToken)
    {
        _state = Waiting;
        _reply = reply;
        _deadlines = deadlines;
        _cancellationToken = cancellationToken;
        Deadline = deadline;
        var task = new ValueTask<T>(this, _source.Version);
        _stripe = deadlines.Add(this);
        _cancellation = cancellationToken.UnsafeRegister(static pending => ((PendingReply<T>)pending!).Cancel(), this);
        reply.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_onReply);
        return task;
    }

    // Called by the client, in the loop that must not be held up.
    private void OnReply()
    {
        if (Interlocked.CompareExchange(ref _state, Replied, Waiting) == Waiting)
        {
            _deadlines!.Remove(this, _stripe);
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        else
        {
            // Nobody awaits it any more; how it ended is told to nobody.
            _ = _reply!.Exception;
        }
    }

    private void Cancel()
    {
        if (Interlocked.CompareExchange(ref _state, Cancelled, Waiting) == Waiting)
        {
            _deadlines!.Remove(this, _stripe);
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}
