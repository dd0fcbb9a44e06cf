using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Pipeline.Admin;

/// <summary>The settings of the suites and the edge, as the host's configuration has them. Thread safe.</summary>
/// <param name="owners">The sections.</param>
/// <param name="withheld">The paths that stay with the host, with all beneath them.</param>
internal sealed class HostSettings(IReadOnlyList<SettingsOwner> owners, IReadOnlyList<string> withheld)
{
    /// <summary>Whether a path is another, or beneath it.</summary>
    public static bool IsWithin(string path, string other) =>
        path.StartsWith(other, StringComparison.OrdinalIgnoreCase) && (path.Length == other.Length || path[other.Length] == ConfigurationPath.KeyDelimiter[0]);

    /// <summary>The settings in effect that may leave the host, and the paths of those that are there and may not.</summary>
    public (Dictionary<string, string?> Settings, IReadOnlyList<string> Omitted) Read()
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var omitted = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (path, value) in owners.SelectMany(static owner => SettingsJson.Flatten(owner.Section)))
        {
            if (FindWithheld(path) is { } kept)
            {
                omitted.Add(kept);
            }
            else
            {
                settings[path] = value;
            }
        }

        return (settings, [.. omitted]);
    }

    /// <summary>Whether there is nothing but a section, or what is around one, at a path.</summary>
    public bool IsAround(string path) => owners.Any(owner => IsWithin(owner.Path, path));

    /// <summary>Says what is wrong with a setting that comes from elsewhere, and the mend; <see langword="null"/> if it may be looked at further.</summary>
    public string? FindProblem(string path) =>
        FindWithheld(path) is { } kept
            ? $"'{kept}' is never imported: it can hold a secret, or is about this host's own disk. Remove it from the document, and set it where the host keeps its secrets."
            : owners.Any(owner => owner.Owns(path))
                ? null
                : $"'{path}' is no setting of this application; its sections are {string.Join(", ", owners.Select(static owner => $"'{owner.Path}'"))}. Correct the name, or remove it.";

    /// <summary>Says why a start with settings laid over those in effect would be refused, and the mend; <see langword="null"/> if it would not.</summary>
    /// <param name="changes">The settings, all of sections that are there; empty to judge those in effect as they are.</param>
    public string? FindRefusal(IReadOnlyDictionary<string, string?> changes)
    {
        try
        {
            foreach (var owner in owners)
            {
                var own = changes.Where(setting => owner.Owns(setting.Key)).ToArray();
                if (own.Length > 0 || changes.Count == 0)
                {
                    owner.Try(own);
                }
            }

            return null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or OptionsValidationException or ArgumentException)
        {
            return exception.Message;
        }
    }

    /// <summary>Whether a change of a setting counts while the application runs.</summary>
    public bool IsFollowed(string path) => owners.Any(owner => owner.Owns(path) && owner.IsFollowed(owner.Shorten(path)));

    private string? FindWithheld(string path) => withheld.FirstOrDefault(kept => IsWithin(path, kept));
}
