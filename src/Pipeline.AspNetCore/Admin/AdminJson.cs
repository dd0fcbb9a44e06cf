using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Pipeline.Problems;

namespace Pipeline.Admin;

/// <summary>Reads and writes the administration's JSON.</summary>
internal static class AdminJson
{
    public static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.Headers[HeaderNames.CacheControl] = "no-store";
        return context.Response.WriteAsJsonAsync(value, type, contentType: null, context.RequestAborted);
    }

    /// <exception cref="HttpProblemException">The body is no JSON of the type, or not said to be JSON, as a form of another site's would not be.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        if (!context.Request.HasJsonContentType())
        {
            throw new HttpProblemException(StatusProblems.Of(StatusCodes.Status415UnsupportedMediaType));
        }

        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted).ConfigureAwait(false) ?? throw Invalid(null);
        }
        catch (JsonException exception)
        {
            throw Invalid(exception);
        }
    }

    /// <exception cref="HttpProblemException">The element is no JSON of the type.</exception>
    public static T Convert<T>(JsonElement element, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return element.Deserialize(type) ?? throw Invalid(null);
        }
        catch (JsonException exception)
        {
            throw Invalid(exception);
        }
    }

    private static HttpProblemException Invalid(JsonException? exception) => new(
        new HttpProblem(
            StatusCodes.Status400BadRequest,
            ProblemCodes.InvalidJson,
            "Invalid JSON",
            exception?.Path is { Length: > 1 } path ? $"The body cannot be read at '{path}'. Correct it." : "The body is not the JSON that the endpoint takes. Correct it."),
        exception);
}
