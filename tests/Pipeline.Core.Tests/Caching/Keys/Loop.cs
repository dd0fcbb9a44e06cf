namespace Pipeline.Caching.Keys;

internal sealed class Loop
{
    public Loop? Self { get; set; }
}
