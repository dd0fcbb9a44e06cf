using System.Net;
using System.Text.Json;
using Pipeline.Fixtures;

namespace Pipeline.Health;

/// <summary>What a health endpoint answered.</summary>
/// <param name="Code">The status of the answer.</param>
/// <param name="Status">The status in its body.</param>
/// <param name="Checks">The checks, by name, with their statuses.</param>
/// <param name="Body">The body.</param>
internal sealed record HealthProbe(HttpStatusCode Code, string Status, IReadOnlyDictionary<string, string> Checks, string Body)
{
    public static async Task<HealthProbe> OfAsync(WebServer server, string path)
    {
        using var response = await server.Client.GetAsync(path);
        var body = await response.Content.ReadAsStringAsync();
        using var json = JsonDocument.Parse(body);
        return new(
            response.StatusCode,
            json.RootElement.GetProperty("status").GetString()!,
            json.RootElement.GetProperty("checks").EnumerateArray().ToDictionary(check => check.GetProperty("name").GetString()!, check => check.GetProperty("status").GetString()!),
            body);
    }
}
