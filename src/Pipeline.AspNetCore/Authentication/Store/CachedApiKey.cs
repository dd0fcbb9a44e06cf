namespace Pipeline.Authentication;

/// <summary>The keys under a name as the store last had them. Thread safe.</summary>
internal sealed class CachedApiKey(ApiKeyCredential[] credentials, long confirmedAt, long nextCheck)
{
    private long _nextCheck = nextCheck;

    /// <summary>When the store was last asked, as a timestamp of the clock.</summary>
    public long ConfirmedAt => confirmedAt;

    /// <summary>Whether it is time to ask the store again. Says so to one caller; the others go by what is known meanwhile.</summary>
    /// <param name="now">The clock's timestamp.</param>
    /// <param name="next">When the next caller is to ask, should this one get no answer.</param>
    public bool TakesCheck(long now, long next)
    {
        var due = Volatile.Read(ref _nextCheck);
        return now >= due && Interlocked.CompareExchange(ref _nextCheck, next, due) == due;
    }

    /// <summary>Whether it changed in the store, so that nobody may go by it.</summary>
    public bool IsOutdated { get; private set; }

    /// <summary>It has changed in the store.</summary>
    public void Outdate() => IsOutdated = true;

    /// <summary>It may have changed in the store: the next caller asks.</summary>
    public void Doubt() => Volatile.Write(ref _nextCheck, long.MinValue);

    public ApiKeyCredential? Find(in KeyHash hash)
    {
        foreach (var credential in credentials)
        {
            if (credential.Hash.Equals(hash))
            {
                return credential;
            }
        }

        return null;
    }
}
