using Microsoft.Extensions.Configuration;

namespace Pipeline.Admin;

/// <summary>A section of the host's configuration that the suite or the edge is set up with.</summary>
/// <param name="Section">The section, as it is in effect.</param>
/// <param name="Check">Throws if a start with another section would be refused.</param>
/// <param name="IsFollowed">Whether changes of a setting, by its path in the section, count while the application runs.</param>
internal sealed record SettingsOwner(IConfiguration Section, Action<IConfiguration> Check, Func<string, bool> IsFollowed)
{
    /// <summary>The section's path; empty where it is the whole of a configuration.</summary>
    public string Path { get; } = Section is IConfigurationSection section ? section.Path : "";

    /// <summary>Whether a setting stands in the section.</summary>
    public bool Owns(string setting) => Path.Length == 0 || (setting.Length > Path.Length && HostSettings.IsWithin(setting, Path));

    /// <summary>A setting's path in the section.</summary>
    public string Shorten(string setting) => Path.Length == 0 ? setting : setting[(Path.Length + 1)..];

    /// <summary>The path of a setting that is named by its path in the section.</summary>
    public string Extend(string setting) => Path.Length == 0 ? setting : ConfigurationPath.Combine(Path, setting);

    /// <summary>Throws if a start would be refused with settings laid over the section.</summary>
    public void Try(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var root = new ConfigurationBuilder().AddInMemoryCollection(SettingsJson.Flatten(Section)).AddInMemoryCollection(settings).Build();
        Check(Path.Length == 0 ? root : root.GetSection(Path));
    }
}
