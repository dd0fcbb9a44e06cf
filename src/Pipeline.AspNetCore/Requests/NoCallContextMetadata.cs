namespace Pipeline.Requests;

/// <summary>Marks an endpoint whose calls are on nobody's behalf.</summary>
internal sealed class NoCallContextMetadata
{
    public static readonly NoCallContextMetadata Instance = new();
}
