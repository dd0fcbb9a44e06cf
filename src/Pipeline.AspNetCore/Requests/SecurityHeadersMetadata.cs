namespace Pipeline.Requests;

/// <summary>What an endpoint says of its security headers.</summary>
/// <param name="IsOff">Whether it has none.</param>
/// <param name="ContentSecurityPolicy">Its own policy; <see langword="null"/> for that of the options, empty for none.</param>
internal sealed record SecurityHeadersMetadata(bool IsOff, string? ContentSecurityPolicy = null);
