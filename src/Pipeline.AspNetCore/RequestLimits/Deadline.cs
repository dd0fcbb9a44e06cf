using Microsoft.AspNetCore.Http.Timeouts;

namespace Pipeline.RequestLimits;

/// <summary>The deadline of a request: cancels the work when it passes, or when the client goes.</summary>
/// <remarks>
/// A token of the framework's own time-outs cannot be given another time once an endpoint has it; and the model of a request is often known only from its body. Thread safe.
/// </remarks>
internal sealed class Deadline : IHttpRequestTimeoutFeature, IDisposable
{
    private readonly TimeProvider _time;
    private readonly DeadlineOptions _options;
    private readonly Lock _lock = new();

    // Neither has a timer or a registration of its own, so there is nothing to dispose of; and whoever keeps a token keeps no other request's.
    private readonly CancellationTokenSource _any = new();
    private readonly CancellationTokenRegistration _client;
    private CancellationTokenSource? _passed;
    private ITimer? _timer;
    private bool _isOver;
    private volatile bool _hasPassed;

    public Deadline(TimeProvider time, DeadlineOptions options, CancellationToken client)
    {
        (_time, _options) = (time, options);
        _client = client.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _any);
    }

    /// <summary>Cancelled when the deadline passes, or the client goes.</summary>
    public CancellationToken Token => _any.Token;

    /// <summary>Whether the deadline has passed.</summary>
    public bool HasPassed => _hasPassed;

    public CancellationToken RequestTimeoutToken
    {
        get
        {
            lock (_lock)
            {
                _passed ??= new CancellationTokenSource();
                if (_hasPassed)
                {
                    _passed.Cancel();
                }

                return _passed.Token;
            }
        }
    }

    /// <summary>Lets the request end that long from now, in place of what was said before.</summary>
    public void Set(TimeSpan timeout)
    {
        lock (_lock)
        {
            if (_isOver || _hasPassed)
            {
                return;
            }

            if (_timer is null)
            {
                _timer = _time.CreateTimer(static state => ((Deadline)state!).Pass(), this, timeout, Timeout.InfiniteTimeSpan);
            }
            else
            {
                _timer.Change(timeout, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Lets the request end as the model's deadline says, if it has one.</summary>
    public void SetModel(string model)
    {
        if (_options.Models.TryGetValue(model, out var timeout)
            || (model.LastIndexOf(':') is > 0 and var colon && _options.Models.TryGetValue(model[..colon], out timeout)))
        {
            Set(timeout);
        }
    }

    /// <summary>Lets the work go on when the client goes; the deadline stays.</summary>
    public void IgnoreClient() => _client.Unregister();

    public void DisableTimeout()
    {
        lock (_lock)
        {
            _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isOver = true;
            _timer?.Dispose();
        }

        // Unlike a disposal this does not wait for what runs on the token.
        _client.Unregister();
    }

    private void Pass()
    {
        CancellationTokenSource? passed;
        lock (_lock)
        {
            if (_isOver)
            {
                return;
            }

            _hasPassed = true;
            passed = _passed;
        }

        passed?.Cancel();
        _any.Cancel();
    }
}
