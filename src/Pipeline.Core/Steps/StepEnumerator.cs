using System.Diagnostics;
using Pipeline.Diagnostics;
using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <summary>One call of a streaming step: it is metered when it is disposed.</summary>
internal sealed class StepEnumerator<TItem>(
    Func<IAsyncEnumerable<TItem>> begin, StepContext context, StepRecorder recorder, RunEnvironment environment, IDisposable? tokens)
    : IAsyncEnumerator<TItem>
{
    private readonly long _start = environment.Time.GetTimestamp();
    private readonly AmbientRun? _run = AmbientRun.Of(context, environment.Meter);
    private IAsyncEnumerator<TItem>? _items;
    private Activity? _activity;
    private Exception? _error;
    private bool _hasBegun;
    private bool _isDisposed;

    public TItem Current => _items is null ? default! : _items.Current;

    public async ValueTask<bool> MoveNextAsync()
    {
        try
        {
            return await MoveAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            StepFailure.Note(e, context.StepName);
            _error = e;
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        try
        {
            using var scope = CallContext.Use(context.Call);
            Activity.Current = _activity ?? Activity.Current;
            _run?.Enter();
            if (_items is not null)
            {
                await _items.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            _error ??= e;
            throw;
        }
        finally
        {
            Settle();
            Record();
            _activity?.Dispose();
            tokens?.Dispose();
        }
    }

    // Between two items the call is not the current one: it is made so for each move, and being set in an async method, for that move alone.
    private async ValueTask<bool> MoveAsync()
    {
        using var scope = CallContext.Use(context.Call);
        _run?.Enter();
        if (!_hasBegun)
        {
            _hasBegun = true;
            _activity = PipelineDiagnostics.Source.HasListeners() ? recorder.StartActivity() : null;
            _items = begin().GetAsyncEnumerator(context.CallerToken);
        }

        Activity.Current = _activity ?? Activity.Current;
        return _items is not null && await _items.MoveNextAsync().ConfigureAwait(false);
    }

    private void Settle()
    {
        _run?.End();
        if (environment.Meter is { } meter)
        {
            context.Settle(meter);
        }
    }

    private void Record()
    {
        if (!_hasBegun || (!recorder.IsListening && _activity is null))
        {
            return;
        }

        var outcome = _error is null
            ? CallOutcome.Succeeded
            : CallOutcomes.Of(_error, _error is OperationCanceledException && context.CallerToken.IsCancellationRequested);
        recorder.Record(context, environment.Time.GetElapsedTime(_start), outcome, _error, _activity);
    }
}
