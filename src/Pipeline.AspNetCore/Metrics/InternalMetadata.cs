namespace Pipeline.Metrics;

/// <summary>Marks an endpoint that only internal requests reach.</summary>
internal sealed class InternalMetadata(InternalAccess unlessConfigured)
{
    public static readonly InternalMetadata Strict = new(InternalAccess.Loopback);

    public static readonly InternalMetadata Lenient = new(InternalAccess.Everybody);

    public InternalAccess UnlessConfigured => unlessConfigured;
}
