namespace Pipeline.Requests;

/// <summary>Marks an endpoint whose requests are logged for debugging only.</summary>
internal sealed class UnloggedRequestMetadata
{
    public static readonly UnloggedRequestMetadata Instance = new();
}
