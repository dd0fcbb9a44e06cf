namespace Pipeline.State;

/// <summary>
/// Judges by looks whether something may have changed, for who gets no notifications. A number that was taken tells of a change that may not stand yet: it stands, or
/// never will, once every transaction has ended that ran at the first look after the one that saw the number.
/// </summary>
internal sealed class PostgresStateLooks
{
    private long? _number;
    private long? _bound;
    private bool _isSettled;

    /// <summary>Takes a look in.</summary>
    /// <returns>Whether something may have changed since an earlier one.</returns>
    public bool HasChanged(in PostgresStateLook look)
    {
        if (look.Number != _number)
        {
            (_number, _bound, _isSettled) = (look.Number, null, false);
            return true;
        }

        if (_isSettled)
        {
            return false;
        }

        if (_bound is { } bound)
        {
            _isSettled = look.Oldest >= bound;
        }
        else
        {
            _bound = look.Next;
        }

        return true;
    }
}
