namespace Pipeline.Authentication;

/// <summary>The defaults of API keys as a scheme.</summary>
public static class ApiKeyDefaults
{
    /// <summary>The scheme's name, unless another is given: <c>ApiKey</c>.</summary>
    public const string AuthenticationScheme = "ApiKey";

    /// <summary>The header that is read where there is no <c>Authorization: Bearer</c>: <c>X-API-Key</c>.</summary>
    public const string HeaderName = "X-API-Key";
}
