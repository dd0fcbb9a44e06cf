namespace Pipeline.Caching;

/// <summary>Lets one caller at a time change what stands under a key. Few locks serve all keys, so that two keys may share one.</summary>
internal sealed class KeyLocks
{
    private const int Count = 64;

    private readonly SemaphoreSlim[] _locks = [.. Enumerable.Range(0, Count).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Waits for the lock of a key.</summary>
    /// <returns>The lock, for the caller to release.</returns>
    public async ValueTask<SemaphoreSlim> EnterAsync(string key, CancellationToken cancellationToken)
    {
        var gate = _locks[(uint)string.GetHashCode(key, StringComparison.Ordinal) % Count];
        await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        return gate;
    }
}
