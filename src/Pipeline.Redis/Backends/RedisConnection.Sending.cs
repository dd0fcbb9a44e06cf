using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace Pipeline.Backends;

internal sealed partial class RedisConnection
{
    // A server that forgets its scripts at every moment is told them with the call itself.
    private const int MaxScriptAttempts = 3;

    /// <summary>Runs a script by its hash, and sends it whole where the server does not know it yet.</summary>
    /// <param name="script">The script.</param>
    /// <param name="operation">What errors call it.</param>
    /// <param name="keys">The keys, all of one hash slot.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="cancellationToken">Gives up waiting. The script may run all the same.</param>
    /// <exception cref="BackendUnavailableException">There was no answer in time, or the server cannot serve now.</exception>
    /// <exception cref="BackendRefusedException">The server does not accept the command.</exception>
    public ValueTask<RedisResult> EvaluateAsync(
        RedisScript script, string operation, RedisKey[] keys, RedisValue[] arguments, CancellationToken cancellationToken = default) =>
        SendAsync(
            operation,
            (script, keys, arguments),
            static (session, call) => session.Database.ScriptEvaluateAsync(call.script.Hash, call.keys, call.arguments, Flags),
            script,
            static (session, call) => session.Database.ExecuteAsync("EVAL", WholeScript(call.script, call.keys, call.arguments), Flags),
            cancellationToken);

    private static object[] WholeScript(RedisScript script, RedisKey[] keys, RedisValue[] arguments) =>
        [script.Text, keys.Length, .. keys.Select(static key => (object)key), .. arguments.Select(static argument => (object)argument)];

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> SendAsync<TState, T>(
        string operation,
        TState state,
        Func<RedisSession, TState, Task<T>> call,
        RedisScript? script,
        Func<RedisSession, TState, Task<T>>? whole,
        CancellationToken cancellationToken)
    {
        var started = Time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var session = await GetSessionAsync(operation, cancellationToken).ConfigureAwait(false);
            RedisFailure failure;
            try
            {
                var result = await PendingReply<T>.Await(call(session, state), started + _timeoutStamps, _deadlines, cancellationToken).ConfigureAwait(false);
                Volatile.Write(ref _lastReply, Time.GetTimestamp());
                return result;
            }
            catch (Exception exception) when (
                RedisFailure.IsOfClient(exception) && !(exception is OperationCanceledException && cancellationToken.IsCancellationRequested))
            {
                cancellationToken.ThrowIfCancellationRequested();
                failure = Failed(exception, operation);
                if (exception is TimeoutException)
                {
                    GiveUpIfSilent(session);
                }
            }

            var look = failure.AsksForNewLook ? _topology.LookAsync(session.Multiplexer) : Task.CompletedTask;
            if (failure.Kind == RedisFailureKind.Misdirected && attempt == 0)
            {
                await look.WaitAsync(Remaining(started), Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            else if (failure.Kind == RedisFailureKind.UnknownScript && script is not null)
            {
                if (script.TryBeginLoading(out var others))
                {
                    return await LoadAsync(operation, state, whole!, script, cancellationToken).ConfigureAwait(false);
                }

                // The others may be telling another server, such as another node of the cluster.
                if (attempt + 1 >= MaxScriptAttempts)
                {
                    return await SendAsync(operation, state, whole!, script: null, whole: null, cancellationToken).ConfigureAwait(false);
                }

                await others.WaitAsync(Remaining(started), Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            else
            {
                throw failure.ToException(Backend, operation);
            }
        }
    }

    private async ValueTask<T> LoadAsync<TState, T>(
        string operation, TState state, Func<RedisSession, TState, Task<T>> whole, RedisScript script, CancellationToken cancellationToken)
    {
        try
        {
            return await SendAsync(operation, state, whole, script: null, whole: null, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            script.EndLoading();
        }
    }

    private TimeSpan Remaining(long started)
    {
        var left = _timeout - Time.GetElapsedTime(started);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>
    /// Closes a connection of our own that has been silent for two deadlines, so that the next call makes another: the client does not notice by
    /// itself that the network swallows what it sends.
    /// </summary>
    private void GiveUpIfSilent(RedisSession session)
    {
        var silence = Time.GetElapsedTime(Volatile.Read(ref _lastReply));
        if (!_source.IsOwned || silence < _timeout * 2 || _isDisposed || Interlocked.CompareExchange(ref _session, null, session) != session)
        {
            return;
        }

        Log.RedisConnectionReplaced(_logger, Backend, silence);
        Subscriptions.Detach(session);
        _ = session.CloseAsync();
    }
}
