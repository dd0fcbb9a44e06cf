namespace Pipeline.Caching;

/// <summary>An entry that knows whether it stands in its store.</summary>
internal sealed class TestEntry : StoreEntry
{
    public TestEntry(string key, long bytes = 100, long keepUntil = long.MaxValue)
        : base(key, bytes) => KeepUntil = keepUntil;

    public int Entered { get; private set; }

    public int Left { get; private set; }

    protected internal override void OnEntering() => Entered++;

    protected internal override void OnLeft() => Left++;
}
