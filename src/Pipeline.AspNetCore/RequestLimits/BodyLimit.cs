using Microsoft.AspNetCore.Http.Metadata;

namespace Pipeline.RequestLimits;

/// <summary>The most bytes of a body. Metadata of endpoints, which ASP.NET Core's own middleware goes by, too.</summary>
internal sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata
{
    public const long MostBytes = 1L << 40;
}
