namespace Pipeline.Steps;

/// <summary>How far one run of a chain got, and from where it would be resumed.</summary>
/// <remarks>The run writes it. Whoever gives up waiting for the run seals it, and the run, if it still goes on, begins no further step.</remarks>
internal sealed class ChainProgress<T>(string step, T item)
{
    private readonly Lock _gate = new();
    private string _step = step;
    private T _item = item;
    private string? _pinnedStep;
    private T? _pinnedItem;
    private bool _sealed;

    public bool TryBegin(string name, T item)
    {
        lock (_gate)
        {
            if (_sealed)
            {
                return false;
            }

            _step = name;
            _item = item;
            return true;
        }
    }

    /// <summary>
    /// Holds the resume point at the current step, because its follow-ups are sent only when the item completes: resumed any later, the item would
    /// complete without them.
    /// </summary>
    public void Pin()
    {
        lock (_gate)
        {
            if (_pinnedStep is null)
            {
                _pinnedStep = _step;
                _pinnedItem = _item;
            }
        }
    }

    public ChainOutcome<T> Fail(Exception error, TimeSpan duration)
    {
        lock (_gate)
        {
            return new ChainOutcome<T>(ChainStatus.Failed, _pinnedStep is null ? _item : _pinnedItem!, duration)
            {
                Error = error,
                FailedStep = _step,
                ResumeStep = _pinnedStep ?? _step,
            };
        }
    }

    /// <summary>Lets the run begin no further step.</summary>
    /// <returns>The step that runs.</returns>
    public string Seal()
    {
        lock (_gate)
        {
            _sealed = true;
            return _step;
        }
    }
}
