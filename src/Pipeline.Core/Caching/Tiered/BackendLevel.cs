using System.Buffers;
using Microsoft.Extensions.Logging;
using Pipeline.Backends;

namespace Pipeline.Caching;

/// <summary>
/// The backend below the cache, with a deadline for every call and a breaker, so that one that is dead costs next to nothing. A call
/// that its own caller cancels throws; every other failure is a reply. Thread safe.
/// </summary>
internal sealed class BackendLevel
{
    private readonly ICacheBackend _backend;
    private readonly ICacheFillLeases? _leases;
    private readonly BackendBreaker _breaker;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly CacheMetrics _metrics;
    private readonly ILogger _log;
    private readonly TimeSpan _break;
    private Exception? _refusal;

    public BackendLevel(
        ICacheBackend backend, TieredCacheOptions options, CacheClock clock, TimeProvider time, CacheMetrics metrics, ILogger log)
    {
        _backend = backend;
        _leases = backend.GetCapability<ICacheFillLeases>();
        _breaker = new BackendBreaker(options.BackendFailures, options.BackendBreak, clock);
        _timeout = options.BackendTimeout;
        _break = options.BackendBreak;
        _time = time;
        _metrics = metrics;
        _log = log;
    }

    public bool HasLeases => _leases is not null;

    public bool IsLeftAlone => _breaker.IsOpen;

    public async ValueTask<BackendReply<CacheReadResult>> ReadAsync(
        string key, PooledBuffer destination, CacheReadOptions options, CancellationToken cancellationToken)
    {
        BackendReply<CacheReadResult> reply;
        try
        {
            reply = await CallAsync(
                static (level, args, token) => level._backend.TryGetAsync(args.key, args.destination, args.options, token),
                (key, destination, options),
                cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            destination.Abandon();
            throw;
        }

        if (!reply.IsOk)
        {
            destination.Abandon();
        }

        return reply;
    }

    public ValueTask<BackendReply<TagGenerations>> ReadGenerationsAsync(string[] tags, CancellationToken cancellationToken) =>
        CallAsync(static (level, args, token) => level._backend.ReadGenerationsAsync(args, token), tags, cancellationToken);

    public async ValueTask<BackendReply<bool>> SetAsync(
        string key, PooledBuffer value, CacheEntryOptions options, CancellationToken cancellationToken)
    {
        var isDone = false;
        try
        {
            var reply = await CallAsync(
                static async (level, args, token) =>
                {
                    await level._backend.SetAsync(args.key, args.value, args.options, token).ConfigureAwait(false);
                    return true;
                },
                (key, value: new ReadOnlySequence<byte>(value.Written), options),
                cancellationToken).ConfigureAwait(false);
            isDone = reply.IsOk;
            return reply;
        }
        finally
        {
            if (!isDone)
            {
                value.Abandon();
            }
        }
    }

    public ValueTask<BackendReply<bool>> RemoveAsync(string key, CancellationToken cancellationToken) =>
        CallAsync(static (level, args, token) => level._backend.RemoveAsync(args, token), key, cancellationToken);

    public ValueTask<BackendReply<bool>> InvalidateTagAsync(string tag, CancellationToken cancellationToken) =>
        CallAsync(
            static async (level, args, token) =>
            {
                await level._backend.InvalidateTagAsync(args, token).ConfigureAwait(false);
                return true;
            },
            tag,
            cancellationToken);

    public ValueTask<BackendReply<CacheFillLease>> TryTakeLeaseAsync(string key, TimeSpan duration, CancellationToken cancellationToken) =>
        CallAsync(
            static (level, args, token) => level._leases!.TryTakeAsync(args.key, args.duration, token), (key, duration), cancellationToken);

    public ValueTask<BackendReply<bool>> RenewLeaseAsync(CacheFillLease lease, TimeSpan duration, CancellationToken cancellationToken) =>
        CallAsync(
            static (level, args, token) => level._leases!.RenewAsync(args.lease, args.duration, token), (lease, duration), cancellationToken);

    public ValueTask<BackendReply<bool>> ReleaseLeaseAsync(CacheFillLease lease) =>
        CallAsync(static (level, args, token) => level._leases!.ReleaseAsync(args, token), lease, CancellationToken.None);

    private ValueTask<BackendReply<TResult>> CallAsync<TArgs, TResult>(
        Func<BackendLevel, TArgs, CancellationToken, ValueTask<TResult>> call, TArgs args, CancellationToken cancellationToken)
    {
        var pass = _breaker.Enter();
        return pass == BackendBreaker.Pass.Refused
            ? ValueTask.FromResult(new BackendReply<TResult>(default!, Volatile.Read(ref _refusal)))
            : CallAsync(call, args, pass, cancellationToken);
    }

    private async ValueTask<BackendReply<TResult>> CallAsync<TArgs, TResult>(
        Func<BackendLevel, TArgs, CancellationToken, ValueTask<TResult>> call,
        TArgs args,
        BackendBreaker.Pass pass,
        CancellationToken cancellationToken)
    {
        try
        {
            var result = await CallInTimeAsync(call, args, cancellationToken).ConfigureAwait(false);
            if (_breaker.Succeed())
            {
                Log.CacheBackendWorksAgain(_log);
            }

            return new(result, Failure: null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _breaker.Leave(pass);
            throw;
        }
        catch (ArgumentException exception)
        {
            _breaker.Leave(pass);
            return new(default!, exception);
        }
        catch (Exception exception)
        {
            return new(default!, Note(exception, pass));
        }
    }

    private async ValueTask<TResult> CallInTimeAsync<TArgs, TResult>(
        Func<BackendLevel, TArgs, CancellationToken, ValueTask<TResult>> call, TArgs args, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_timeout, _time);
        await using var link = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), deadline).ConfigureAwait(false);
        var pending = call(this, args, deadline.Token);
        if (pending.IsCompleted)
        {
            return await pending.ConfigureAwait(false);
        }

        // A backend that takes no notice of its token must not hold the caller.
        var task = pending.AsTask();
        try
        {
            return await task.WaitAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested && deadline.IsCancellationRequested)
        {
            throw new TimeoutException($"The backend of the cache did not answer within {_timeout.TotalSeconds} s.", exception);
        }
        finally
        {
            Background.Observe(task);
        }
    }

    private BackendUnavailableException Note(Exception exception, BackendBreaker.Pass pass)
    {
        _metrics.CountBackendFailure();
        var failure = exception as BackendUnavailableException ?? new BackendUnavailableException("The cache's backend", "call", exception);
        Volatile.Write(ref _refusal, failure);
        if (_breaker.Fail(pass))
        {
            Log.CacheBackendLeftAlone(_log, _break, exception);
        }
        else
        {
            Log.CacheBackendFailed(_log, exception);
        }

        return failure;
    }
}
