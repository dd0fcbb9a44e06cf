namespace Pipeline.Caching;

/// <summary>A lease on making a value. It runs out at its <see cref="StoreEntry.KeepUntil"/>.</summary>
internal sealed class FillLease : StoreEntry
{
    private const int Bookkeeping = 16;

    public FillLease(string key, Guid token, long until)
        : base(key, CostOf(key) + Bookkeeping)
    {
        Token = token;
        KeepUntil = until;
    }

    public Guid Token { get; }
}
