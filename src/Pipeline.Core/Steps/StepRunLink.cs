namespace Pipeline.Steps;

/// <summary>
/// Ties a call to the run of the step that it started through the cache, as long as the call waits. Others may wait for the same run, so that it can
/// outlive the call.
/// </summary>
/// <remarks>Thread safe. It stays with its context, which is used again, so a run names its call by a number.</remarks>
internal sealed class StepRunLink
{
    private readonly Lock _gate = new();
    private StepRun? _run;
    private bool _isOpen;
    private int _call;

    /// <summary>Begins a call.</summary>
    /// <returns>The call's number.</returns>
    public int Open()
    {
        lock (_gate)
        {
            _run = null;
            _isOpen = true;
            return ++_call;
        }
    }

    /// <summary>Tells the call that it has started a run.</summary>
    public void Begin(int call, StepRun run)
    {
        lock (_gate)
        {
            if (_isOpen && _call == call)
            {
                _run = run;
            }
        }
    }

    /// <summary>Ends a run.</summary>
    /// <returns>Whether its call still waits, and sees to what the run found out.</returns>
    public bool TryEnd(StepRun run, TimeSpan duration, Exception? error)
    {
        lock (_gate)
        {
            run.End(duration, error);
            return _isOpen && ReferenceEquals(_run, run);
        }
    }

    /// <summary>Ends the call.</summary>
    /// <returns>The run that it started, or <see langword="null"/>. One that has not ended is on its own from now on.</returns>
    public StepRun? Close()
    {
        lock (_gate)
        {
            var run = _run;
            _run = null;
            _isOpen = false;
            return run;
        }
    }
}
