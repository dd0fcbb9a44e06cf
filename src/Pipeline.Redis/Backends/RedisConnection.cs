using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Pipeline.Backends;

/// <summary>
/// The way to one server or cluster, for all roles that stand on it: connects on first use, gives every command a deadline of ours, goes on in the
/// thread pool, and turns the client's exceptions into the suite's. Thread safe.
/// </summary>
internal sealed partial class RedisConnection : IAsyncDisposable
{
    /// <summary>How every command is sent: a replica knows less than its primary, and answers scripts with an error.</summary>
    public const CommandFlags Flags = CommandFlags.DemandMaster;

    private readonly RedisSource _source;
    private readonly TimeSpan _timeout;
    private readonly long _timeoutStamps;
    private readonly CallDeadlines _deadlines;
    private readonly ILogger _logger;
    private readonly RedisTopology _topology;
    private readonly SemaphoreSlim _opening = new(1, 1);
    private Task<IConnectionMultiplexer>? _connecting;
    private RedisSession? _session;
    private long _lastReply;
    private volatile bool _isDisposed;

    /// <param name="source">Where the connection comes from.</param>
    /// <param name="options">How it is used.</param>
    /// <param name="suite">The suite's name; empty for the main one.</param>
    /// <param name="time">The clock of the deadlines.</param>
    /// <param name="logger">Takes what goes wrong.</param>
    public RedisConnection(RedisSource source, RedisOptions options, string suite, TimeProvider time, ILogger<RedisConnection> logger)
    {
        new RedisOptionsValidator().ThrowIfInvalid("Redis", options);
        _source = source;
        _timeout = options.CommandTimeout;
        _timeoutStamps = (long)(_timeout.TotalSeconds * time.TimestampFrequency);
        _deadlines = new CallDeadlines(time, _timeout);
        _logger = logger;
        _topology = new RedisTopology(time);
        Time = time;
        Backend = $"Redis at {source.Address}";
        Keys = new RedisKeySpace(options.KeyPrefix, suite, source.Database);
        Subscriptions = new RedisSubscriptions(this, logger);
    }

    /// <summary>What errors and logs call the server: its address, without credentials.</summary>
    public string Backend { get; }

    public TimeProvider Time { get; }

    /// <summary>How long one command may take.</summary>
    public TimeSpan CommandTimeout => _timeout;

    /// <summary>What the server tells without being asked.</summary>
    public RedisSubscriptions Subscriptions { get; }

    /// <summary>Makes the names of keys and channels.</summary>
    public RedisKeySpace Keys { get; }

    /// <summary>Whether the server is known to be no cluster, so that one command may name any keys.</summary>
    public bool IsSingleNode => _session is { IsSingleNode: true };

    /// <summary>Sends one command and awaits its reply.</summary>
    /// <param name="operation">What errors call it, for instance <c>queue receive</c>.</param>
    /// <param name="state">What the command needs, so that no closure is made for it.</param>
    /// <param name="call">Sends the command, with <see cref="Flags"/>.</param>
    /// <param name="cancellationToken">Gives up waiting. The command may run all the same.</param>
    /// <exception cref="BackendUnavailableException">There was no answer in time, or the server cannot serve now.</exception>
    /// <exception cref="BackendRefusedException">The server does not accept the command.</exception>
    public ValueTask<T> CallAsync<TState, T>(
        string operation, TState state, Func<RedisSession, TState, Task<T>> call, CancellationToken cancellationToken = default) =>
        SendAsync(operation, state, call, script: null, whole: null, cancellationToken);

    /// <summary>Gets the connection, making it where there is none yet.</summary>
    public ValueTask<RedisSession> GetSessionAsync(string operation, CancellationToken cancellationToken) =>
        _session is { } session ? ValueTask.FromResult(session) : OpenAsync(operation, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        await Subscriptions.DisposeAsync().ConfigureAwait(false);
        _deadlines.Dispose();
        if (_source.IsOwned && Interlocked.Exchange(ref _session, null) is { } session)
        {
            await session.CloseAsync().ConfigureAwait(false);
        }

        if (_source.IsOwned && _connecting is { } connecting)
        {
            _ = CloseLateAsync(connecting);
        }
    }

    private async ValueTask<RedisSession> OpenAsync(string operation, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var started = Time.GetTimestamp();
        if (!await _opening.WaitAsync(_timeout, cancellationToken).ConfigureAwait(false))
        {
            throw new BackendUnavailableException(Backend, operation, "no connection in time");
        }

        try
        {
            return _session ??= await ConnectAsync(operation, Remaining(started), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task<RedisSession> ConnectAsync(string operation, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            // One that takes longer than a call may is waited for by the next call: another beside it would not be faster, and be left over.
            _connecting ??= _source.ConnectAsync();
            var multiplexer = await _connecting.WaitAsync(patience, Time, cancellationToken).ConfigureAwait(false);
            _connecting = null;
            _lastReply = Time.GetTimestamp();
            var session = new RedisSession(multiplexer);
            Subscriptions.Attach(session);
            return session;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && RedisFailure.IsOfClient(exception))
        {
            _connecting = _connecting is { IsCompleted: true } ? null : _connecting;
            throw Failed(exception, operation).ToException(Backend, operation);
        }
    }

    private static async Task CloseLateAsync(Task<IConnectionMultiplexer> connecting)
    {
        await ((Task)connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (connecting.IsCompletedSuccessfully)
        {
            await new RedisSession(await connecting.ConfigureAwait(false)).CloseAsync().ConfigureAwait(false);
        }
    }

    private RedisFailure Failed(Exception exception, string operation)
    {
        Log.RedisReplied(_logger, Backend, operation, exception.Message);
        return RedisFailure.Of(exception);
    }
}
