using System.Buffers;
using Microsoft.Extensions.Caching.Distributed;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>Reads and writes bytes in a distributed cache, with a deadline, and with the suite's exception for whatever goes wrong there.</summary>
/// <remarks>Buffers are this adapter's own, and are dropped where a call was given up, since the distributed cache may still be using them.</remarks>
internal sealed class DistributedStore(IDistributedCache cache, TimeProvider time)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private readonly IBufferDistributedCache? _buffers = cache as IBufferDistributedCache;

    /// <summary>Reads what stands under a key.</summary>
    /// <returns>Whether anything does.</returns>
    public async ValueTask<bool> GetAsync(string key, PooledBuffer destination, CancellationToken cancellationToken)
    {
        try
        {
            if (_buffers is not null)
            {
                return await BoundAsync(_buffers.TryGetAsync(key, destination, cancellationToken), cancellationToken).ConfigureAwait(false);
            }

            var bytes = await BoundAsync(new ValueTask<byte[]?>(cache.GetAsync(key, cancellationToken)), cancellationToken).ConfigureAwait(false);
            destination.Write(bytes);
            return bytes is not null;
        }
        catch (Exception exception) when (IsOutage(exception, cancellationToken))
        {
            throw Unavailable("cache read", exception);
        }
    }

    /// <summary>Writes what stands in a buffer, and gives its memory back.</summary>
    public async ValueTask SetAsync(
        string key, PooledBuffer value, DistributedCacheEntryOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var call = _buffers is not null
                ? _buffers.SetAsync(key, new ReadOnlySequence<byte>(value.Written), options, cancellationToken)
                : new ValueTask(cache.SetAsync(key, value.Written.ToArray(), options, cancellationToken));
            await BoundAsync(WithResult(call), cancellationToken).ConfigureAwait(false);
            value.Dispose();
        }
        catch (Exception exception) when (IsOutage(exception, cancellationToken))
        {
            throw Unavailable("cache write", exception);
        }
    }

    public async ValueTask RemoveAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            await BoundAsync(WithResult(new ValueTask(cache.RemoveAsync(key, cancellationToken))), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsOutage(exception, cancellationToken))
        {
            throw Unavailable("cache removal", exception);
        }
    }

    private async ValueTask<T> BoundAsync<T>(ValueTask<T> call, CancellationToken cancellationToken)
    {
        if (call.IsCompleted)
        {
            return await call.ConfigureAwait(false);
        }

        var result = await call.AsTask().WaitAsync(Deadline, time, cancellationToken).ConfigureAwait(false);

        // Away from the thread that brought the answer, which the client library may need.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return result;
    }

    private static async ValueTask<bool> WithResult(ValueTask call)
    {
        await call.ConfigureAwait(false);
        return true;
    }

    private static bool IsOutage(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        BackendUnavailableException or ArgumentException or ObjectDisposedException or NotSupportedException => false,
        _ => true,
    };

    private static BackendUnavailableException Unavailable(string operation, Exception cause) => new("The host's distributed cache", operation, cause);
}
