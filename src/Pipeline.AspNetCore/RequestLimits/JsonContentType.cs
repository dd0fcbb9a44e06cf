using Microsoft.Net.Http.Headers;

namespace Pipeline.RequestLimits;

/// <summary>Whether a content type is JSON.</summary>
internal static class JsonContentType
{
    private const string Json = "application/json";
    private const string JsonUtf8 = "application/json; charset=utf-8";

    /// <param name="contentType">The header.</param>
    /// <param name="isUtf8">Whether it is in UTF-8, if it is JSON.</param>
    public static bool Is(string? contentType, out bool isUtf8)
    {
        isUtf8 = true;
        if (contentType is null)
        {
            return false;
        }

        if (contentType.Equals(Json, StringComparison.OrdinalIgnoreCase) || contentType.Equals(JsonUtf8, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (!contentType.Contains("json", StringComparison.OrdinalIgnoreCase) || !MediaTypeHeaderValue.TryParse(contentType, out var type))
        {
            return false;
        }

        var subType = type.SubTypeWithoutSuffix;
        var isJson = type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase)
            || type.MediaType.Equals("text/json", StringComparison.OrdinalIgnoreCase)
            || (type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase) && subType.HasValue);
        isUtf8 = !type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase);
        return isJson;
    }
}
