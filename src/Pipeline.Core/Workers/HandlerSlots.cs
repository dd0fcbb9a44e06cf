namespace Pipeline.Workers;

/// <summary>How many messages a worker may still take in hand. Each message occupies a slot from its receive to its end.</summary>
internal sealed class HandlerSlots(int capacity) : IDisposable
{
    private readonly SemaphoreSlim _free = new(capacity);

    /// <summary>Waits for a slot, and takes as many as are free.</summary>
    public async Task<int> TakeAsync(int most, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        var taken = 1;
        while (taken < most && await _free.WaitAsync(TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false))
        {
            taken++;
        }

        return taken;
    }

    public void Release(int count)
    {
        if (count > 0)
        {
            _free.Release(count);
        }
    }

    public void Dispose() => _free.Dispose();
}
