using System.Text.Json;

namespace Pipeline.Problems;

/// <summary>Reads problems as a client does.</summary>
internal static class ProblemAnswers
{
    /// <summary>Reads the problem of an answer.</summary>
    public static async Task<(int Status, string? Code, string? Detail, string? RequestId, string Text)> ReadProblemAsync(this HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
            throw new InvalidOperationException($"{(int)response.StatusCode} is no problem, but {response.Content.Headers.ContentType}: {text}");
        using var json = JsonDocument.Parse(text);
        var root = json.RootElement;
        return (
            root.GetProperty("status").GetInt32(),
            root.GetProperty("code").GetString(),
            root.TryGetProperty("detail", out var detail) ? detail.GetString() : null,
            root.GetProperty("requestId").GetString(),
            text);
    }
}
