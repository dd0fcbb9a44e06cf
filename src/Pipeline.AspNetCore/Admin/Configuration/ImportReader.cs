using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pipeline.Authentication;
using Pipeline.Problems;

namespace Pipeline.Admin;

/// <summary>Reads a document that is to be imported. What is wrong with it is refused by its place; its texts are never repeated, since one may be a key.</summary>
internal static class ImportReader
{
    /// <exception cref="HttpProblemException">The body is no document of a version that is known, or something in it is malformed.</exception>
    public static async Task<ImportOrder> ReadAsync(HttpContext context)
    {
        var takesSettings = AdminQuery.Text(context, "settings") is null || AdminQuery.Flag(context, "settings");
        var (replaces, isTrial) = (AdminQuery.Flag(context, "replace"), AdminQuery.Flag(context, "dryRun"));
        using var json = await AdminJson.ReadAsync(context, AdminJsonContext.Default.JsonDocument).ConfigureAwait(false);
        CheckVersion(json.RootElement);
        var document = AdminJson.Convert(json.RootElement, AdminJsonContext.Default.ConfigurationDocument);
        return new ImportOrder(takesSettings ? ReadSettings(document.Settings) : null, ReadKeys(document.Keys ?? []), replaces, isTrial);
    }

    public static HttpProblemException Refuse(string detail, Exception? inner = null) =>
        new(new HttpProblem(StatusCodes.Status422UnprocessableEntity, ProblemCodes.InvalidInput, "Invalid input", detail), inner);

    // Before all else: a later version may have what this one does not know.
    private static void CheckVersion(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("format", out var format)
            || format.ValueKind != JsonValueKind.String
            || !format.ValueEquals(ConfigurationDocument.FormatName))
        {
            throw Refuse($"The body is no exported configuration: its 'format' is not '{ConfigurationDocument.FormatName}'. Give what GET on this address answers.");
        }

        if (!root.TryGetProperty("version", out var version) || version.ValueKind != JsonValueKind.Number || !version.TryGetInt32(out var number) || number < 1)
        {
            throw Refuse($"The document's 'version' is no version. Give {ConfigurationDocument.CurrentVersion}, or export it anew.");
        }

        if (number > ConfigurationDocument.CurrentVersion)
        {
            throw Refuse(
                $"The document is of version {number}, and this server reads {ConfigurationDocument.CurrentVersion}. Bring it to the version of the suite that exported the document.");
        }
    }

    private static Dictionary<string, string?>? ReadSettings(JsonElement? settings)
    {
        if (settings is not { } element)
        {
            return null;
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Refuse("'settings' is no object. Give sections as in appsettings.json, or leave it out.");
        }

        try
        {
            return SettingsJson.Read(new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(element, AdminJsonContext.Default.JsonElement)));
        }
        catch (FormatException exception)
        {
            throw Refuse("A setting is in 'settings' twice. Give it once; upper and lower case are the same.", exception);
        }
    }

    private static List<StoredApiKey> ReadKeys(IReadOnlyList<ConfigurationKey?> keys)
    {
        var read = new List<StoredApiKey>(keys.Count);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var hashes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, key) in keys.Index())
        {
            if (key is null)
            {
                throw Refuse($"keys[{index}] is null. Remove it.");
            }

            if (key.FindProblem() is { } problem)
            {
                throw Refuse($"keys[{index}]: {problem}");
            }

            var stored = key.ToStored();
            if (!names.Add(stored.Name))
            {
                throw Refuse($"keys[{index}]: the name is in the document twice. Give each key once.");
            }

            if (!stored.Keys.All(hash => hashes.Add(hash.Sha256)))
            {
                throw Refuse($"keys[{index}]: a hash is in the document twice. Give each under one name, once.");
            }

            read.Add(stored);
        }

        return read;
    }
}
