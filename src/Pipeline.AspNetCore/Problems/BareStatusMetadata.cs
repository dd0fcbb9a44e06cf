namespace Pipeline.Problems;

/// <summary>Marks an endpoint whose empty answers stay empty, whatever their status.</summary>
internal sealed class BareStatusMetadata
{
    public static readonly BareStatusMetadata Instance = new();
}
