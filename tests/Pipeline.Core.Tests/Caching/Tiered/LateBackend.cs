using System.Buffers;

namespace Pipeline.Caching;

/// <summary>A backend whose answers to reads or removals can be held up after the call took effect.</summary>
internal sealed class LateBackend(ICacheBackend inner) : BareBackend(inner)
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool HoldsReads { get; set; }

    public bool HoldsRemovals { get; set; }

    /// <summary>Completes when an answer is being held up.</summary>
    public Task Reached => _reached.Task;

    public void Release() => _released.TrySetResult();

    public override async ValueTask<CacheReadResult> TryGetAsync(
        string key, IBufferWriter<byte> destination, CacheReadOptions options = CacheReadOptions.None, CancellationToken cancellationToken = default)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var result = await base.TryGetAsync(key, buffer, options, cancellationToken);
        await PassAsync(HoldsReads, cancellationToken);
        destination.Write(buffer.WrittenSpan);
        return result;
    }

    public override async ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        var result = await base.RemoveAsync(key, cancellationToken);
        await PassAsync(HoldsRemovals, cancellationToken);
        return result;
    }

    private Task PassAsync(bool holds, CancellationToken cancellationToken)
    {
        if (!holds)
        {
            return Task.CompletedTask;
        }

        _reached.TrySetResult();
        return _released.Task.WaitAsync(cancellationToken);
    }
}
