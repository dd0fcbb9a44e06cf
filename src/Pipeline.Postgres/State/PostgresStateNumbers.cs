namespace Pipeline.State;

/// <summary>
/// Judges by the numbers of the reports that were heard whether one is missing: its writer has ended between its commit and its notification, or could not notify; or the write was
/// undone, which nobody can tell from it. Not thread safe.
/// </summary>
internal sealed class PostgresStateNumbers
{
    private readonly SortedSet<long> _heard = [];

    // Up to here every number was heard or is not waited for. Unknown until the first look.
    private long? _through;
    private long _last;
    private long _awaited;

    /// <summary>Whether there was a look: only from then on what is missing shows.</summary>
    public bool IsKnown => _through is not null;

    /// <summary>Knows nothing from now on: what was told meanwhile may have been missed.</summary>
    public void Forget()
    {
        _heard.Clear();
        (_through, _last, _awaited) = (null, 0, 0);
    }

    /// <summary>Takes in what the server's last number is.</summary>
    /// <returns>Whether it is the first one: those after it are waited for.</returns>
    public bool Look(long number)
    {
        _last = Math.Max(_last, number);
        if (_through is not null)
        {
            return false;
        }

        PassOver(number);
        _awaited = number;
        return true;
    }

    /// <summary>Takes in a number that was heard.</summary>
    /// <returns>Whether it was waited for. One that comes too late may have been overtaken by others of its entry.</returns>
    public bool Hear(long number)
    {
        if (number <= _through)
        {
            return false;
        }

        _last = Math.Max(_last, number);
        _heard.Add(number);
        if (_through is { } through)
        {
            PassOver(through);
        }

        return true;
    }

    /// <summary>Tells whether a number is missing that was known at the last call. It is not waited for any longer.</summary>
    public bool IsMissing()
    {
        var isMissing = _through < _awaited;
        if (isMissing)
        {
            PassOver(_awaited);
        }

        _awaited = _last;
        return isMissing;
    }

    private void PassOver(long number)
    {
        while (_heard.Count > 0 && _heard.Min <= number + 1)
        {
            number = Math.Max(number, _heard.Min);
            _heard.Remove(_heard.Min);
        }

        _through = number;
    }
}
