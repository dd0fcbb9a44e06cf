namespace Pipeline.Caching;

/// <summary>A type that can change, so that each caller must have its own.</summary>
internal sealed class Box
{
    public string Text { get; set; } = "";
}
