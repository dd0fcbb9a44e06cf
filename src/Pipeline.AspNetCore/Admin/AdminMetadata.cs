namespace Pipeline.Admin;

/// <summary>Marks an endpoint of the administration, which is open to nobody unless a policy says to whom.</summary>
internal sealed class AdminMetadata
{
    public static readonly AdminMetadata Instance = new();
}
