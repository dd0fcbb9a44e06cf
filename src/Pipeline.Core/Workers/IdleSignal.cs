namespace Pipeline.Workers;

/// <summary>Ends the receive that waits when the last message in hand or the producer has ended, so that a worker which runs until idle looks again.</summary>
internal sealed class IdleSignal
{
    private readonly Lock _gate = new();
    private CancellationTokenSource? _waiting;

    public void Arm(CancellationTokenSource waiting)
    {
        lock (_gate)
        {
            _waiting = waiting;
        }
    }

    public void Disarm()
    {
        lock (_gate)
        {
            _waiting = null;
        }
    }

    public void Fire()
    {
        lock (_gate)
        {
            _ = _waiting?.CancelAsync();
        }
    }
}
