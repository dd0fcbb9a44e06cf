using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Pipeline.Authentication;
using Pipeline.Problems;

namespace Pipeline.Admin;

/// <summary>Brings a configuration to this host: first all is judged, then the settings are written, then the keys restored. Each may be repeated.</summary>
/// <param name="settings">The settings in effect.</param>
/// <param name="file">Where settings are written; <see langword="null"/> for nowhere.</param>
/// <param name="keys">The keys of the store; <see langword="null"/> where the application has no API keys.</param>
/// <param name="host">The host's configuration, if it shows it.</param>
internal sealed class ConfigurationImporter(HostSettings settings, SettingsFile? file, ApiKeyArchive? keys, IConfiguration? host)
{
    private const int MostPaths = 20;

    /// <summary>Judges settings, and says what is to be done with them.</summary>
    /// <exception cref="HttpProblemException">A setting is refused, or there is no file that it could be written into.</exception>
    public ImportPlan Plan(IReadOnlyDictionary<string, string?>? document)
    {
        if (document is null)
        {
            return new ImportPlan([], Content: null);
        }

        // An empty section says nothing.
        var imported = document.Where(setting => !string.IsNullOrEmpty(setting.Value) || !settings.IsAround(setting.Key)).ToDictionary(StringComparer.OrdinalIgnoreCase);
        var current = settings.Read().Settings;
        var differing = imported.Where(setting => !IsSame(current, setting.Key, setting.Value)).ToDictionary(StringComparer.OrdinalIgnoreCase);
        Judge(imported.Keys, differing);
        var content = ReadFile(differing.Keys);
        var watches = file?.FindSource(host) is { ReloadOnChange: true };
        var views = new List<SettingView>();
        foreach (var (path, value) in differing)
        {
            var isThere = content.TryGetValue(path, out var there) && string.Equals(there, value, StringComparison.Ordinal);
            views.Add(new SettingView(path, isThere ? SettingOutcome.Waiting : SettingOutcome.Written, !(watches && settings.IsFollowed(path))));
            content[path] = value;
        }

        var isChanged = views.Exists(static view => view.Outcome == SettingOutcome.Written);
        views.AddRange(current.Keys.Except(imported.Keys, StringComparer.OrdinalIgnoreCase).Select(static path => new SettingView(path, SettingOutcome.Kept, NeedsRestart: null)));
        return new ImportPlan([.. views.OrderBy(static view => view.Path, StringComparer.OrdinalIgnoreCase)], isChanged ? content : null);
    }

    /// <summary>Writes the settings of a plan.</summary>
    /// <exception cref="HttpProblemException">The file cannot be written; it is as it was.</exception>
    public void Write(ImportPlan plan)
    {
        if (plan.Content is not { } content)
        {
            return;
        }

        try
        {
            file!.Write(content);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw NotWritable(
                $"'{file!.Path}' cannot be written ({exception.GetType().Name}). Let the process write it and its folder, or import the keys alone with ?settings=false.", exception);
        }
    }

    /// <summary>Restores keys, one after the other.</summary>
    public async Task<IReadOnlyList<RestoredKeyView>> RestoreAsync(ImportOrder order, CancellationToken cancellationToken)
    {
        var views = new List<RestoredKeyView>(order.Keys.Count);
        foreach (var key in order.Keys)
        {
            var (outcome, reason) = keys is null
                ? (ApiKeyRestore.Conflict, "The application has no API keys. Add them with AddPipelineApiKeys, or leave this one out.")
                : await keys.RestoreAsync(key, order.Replaces, order.IsTrial, cancellationToken).ConfigureAwait(false);
            views.Add(new RestoredKeyView(key.Name, outcome, reason));
        }

        return views;
    }

    // An empty value where there is a section says nothing, as it does for the configuration itself.
    private static bool IsSame(Dictionary<string, string?> current, string path, string? value) => current.TryGetValue(path, out var there)
        ? string.Equals(there, value, StringComparison.Ordinal)
        : string.IsNullOrEmpty(value) && current.Keys.Any(other => HostSettings.IsWithin(other, path));

    private static HttpProblemException NotWritable(string detail, Exception? inner = null) =>
        new(new HttpProblem(StatusCodes.Status409Conflict, ProblemCodes.SettingsNotWritable, "Settings not writable", detail), inner);

    private void Judge(IEnumerable<string> imported, Dictionary<string, string?> differing)
    {
        foreach (var path in imported)
        {
            if (settings.FindProblem(path) is { } problem)
            {
                throw ImportReader.Refuse(problem);
            }
        }

        if (differing.Count > 0 && settings.FindRefusal(differing) is { } refusal)
        {
            throw ImportReader.Refuse(refusal);
        }
    }

    private Dictionary<string, string?> ReadFile(Dictionary<string, string?>.KeyCollection differing)
    {
        if (differing.Count == 0)
        {
            return [];
        }

        if (file is null)
        {
            var more = differing.Count > MostPaths ? $" and {differing.Count - MostPaths} more" : "";
            throw NotWritable(
                $"Settings differ, and there is no file to write them into: {string.Join(", ", differing.Order(StringComparer.OrdinalIgnoreCase).Take(MostPaths))}{more}. "
                + "Set Admin:SettingsFile of the edge's section, or import the keys alone with ?settings=false.");
        }

        try
        {
            return file.Read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw NotWritable($"'{file.Path}' cannot be read ({exception.GetType().Name}). Correct it or take it away, and let the process read it.", exception);
        }
    }
}
