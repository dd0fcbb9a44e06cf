namespace Pipeline.Caching;

/// <summary>
/// Keeps calls away from a backend that fails: after some failures in a row none is let through for a while, then one at a time, until one
/// succeeds. Thread safe; on the way through a backend that works it takes no lock.
/// </summary>
internal sealed class BackendBreaker(int failures, TimeSpan breakFor, CacheClock clock)
{
    private readonly long _breakFor = Math.Max(1, breakFor.Ticks / TimeSpan.TicksPerMillisecond);
    private readonly Lock _gate = new();
    private int _failuresInARow;
    private bool _isOpen;
    private bool _isProbing;
    private long _probeFrom;

    /// <summary>What a call that asks to be let through is told.</summary>
    public enum Pass
    {
        Refused = 0,
        Granted = 1,
        Probe = 2,
    }

    public bool IsOpen => Volatile.Read(ref _isOpen);

    public Pass Enter()
    {
        if (!Volatile.Read(ref _isOpen))
        {
            return Pass.Granted;
        }

        lock (_gate)
        {
            if (!_isOpen)
            {
                return Pass.Granted;
            }

            if (_isProbing || clock.Now < _probeFrom)
            {
                return Pass.Refused;
            }

            _isProbing = true;
            return Pass.Probe;
        }
    }

    /// <returns>Whether that closed the breaker.</returns>
    public bool Succeed()
    {
        if (Volatile.Read(ref _failuresInARow) == 0 && !Volatile.Read(ref _isOpen))
        {
            return false;
        }

        lock (_gate)
        {
            var wasOpen = _isOpen;
            _failuresInARow = 0;
            _isProbing = false;
            Volatile.Write(ref _isOpen, false);
            return wasOpen;
        }
    }

    /// <returns>Whether that opened the breaker.</returns>
    public bool Fail(Pass pass)
    {
        lock (_gate)
        {
            EndProbe(pass);
            if (_isOpen)
            {
                _probeFrom = pass == Pass.Probe ? clock.Now + _breakFor : _probeFrom;
                return false;
            }

            Volatile.Write(ref _failuresInARow, _failuresInARow + 1);
            if (_failuresInARow < failures)
            {
                return false;
            }

            _probeFrom = clock.Now + _breakFor;
            Volatile.Write(ref _isOpen, true);
            return true;
        }
    }

    /// <summary>Ends a call that says nothing about the backend: its caller gave up.</summary>
    public void Leave(Pass pass)
    {
        lock (_gate)
        {
            EndProbe(pass);
        }
    }

    private void EndProbe(Pass pass)
    {
        if (pass == Pass.Probe)
        {
            _isProbing = false;
        }
    }
}
