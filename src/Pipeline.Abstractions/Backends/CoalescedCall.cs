using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;

namespace Pipeline.Backends;

/// <summary>One caller of a <see cref="CallCoalescer{TItem, TResult}"/> who waits. Used again and again; awaited once each time, and goes on in the thread pool.</summary>
internal sealed class CoalescedCall<TItem, TResult> : IValueTaskSource<TResult>, IThreadPoolWorkItem
{
    private const int MostKept = 1_024;

    private static readonly ConcurrentQueue<CoalescedCall<TItem, TResult>> Free = new();

    private ManualResetValueTaskSourceCore<TResult> _source;
    private TResult? _result;
    private Exception? _failure;

    private CoalescedCall()
    {
    }

    public TItem Item { get; private set; } = default!;

    public ValueTask<TResult> Task => new(this, _source.Version);

    public static CoalescedCall<TItem, TResult> Rent(TItem item)
    {
        var call = Free.TryDequeue(out var free) ? free : new CoalescedCall<TItem, TResult>();
        call.Item = item;
        return call;
    }

    public void End(TResult result)
    {
        _result = result;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Fail(Exception failure)
    {
        _failure = failure;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_failure is { } failure)
        {
            _source.SetException(failure);
        }
        else
        {
            _source.SetResult(_result!);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<TResult>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<TResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    TResult IValueTaskSource<TResult>.GetResult(short token)
    {
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            Item = default!;
            _result = default;
            _failure = null;
            if (Free.Count < MostKept)
            {
                Free.Enqueue(this);
            }
        }
    }
}
