using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Pipeline.RequestLimits;

/// <summary>What an endpoint takes as a body.</summary>
/// <param name="MaxBytes">The most bytes; <see langword="null"/> for no limit.</param>
/// <param name="Json">The limits of JSON; <see langword="null"/> for none.</param>
/// <param name="ContentTypes">The content types; <see langword="null"/> for any.</param>
internal sealed record EndpointBodyLimits(long? MaxBytes, JsonLimits? Json, ContentTypeRequirement? ContentTypes = null)
{
    /// <summary>What holds where an endpoint does not say.</summary>
    public static EndpointBodyLimits Of(BodyLimitOptions options) => new(
        options.MaxBytes,
        new JsonLimits
        {
            MaxDepth = options.MaxDepth,
            MaxArrayItems = options.MaxArrayItems,
            MaxStringLength = options.MaxStringLength,
            MaxTotalStringLength = options.MaxTotalStringLength,
        });

    /// <summary>What an endpoint says, and else what these limits say.</summary>
    public EndpointBodyLimits With(Endpoint endpoint)
    {
        var metadata = endpoint.Metadata;
        return new(
            metadata.GetMetadata<IRequestSizeLimitMetadata>() is { } size ? size.MaxRequestBodySize : MaxBytes,
            metadata.GetMetadata<JsonRequirement>() is { } json ? json.Limits : Json,
            metadata.GetMetadata<ContentTypeRequirement>());
    }
}
