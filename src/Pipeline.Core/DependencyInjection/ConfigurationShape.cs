using Microsoft.Extensions.Configuration;

namespace Pipeline.DependencyInjection;

/// <summary>Makes an error of a single value where a section belongs, and of a section where a single value belongs: the binder drops both silently.</summary>
internal static class ConfigurationShape
{
    private const string AnyName = "*";

    private static readonly string[][] SettingsWithSettings =
    [
        ["TenantWeights"], ["RetrySchedule"], ["ModelTimeouts"], ["Retry"], ["CircuitBreaker"], ["Memory"], ["Default"], ["Presets"], ["Presets", AnyName], ["Rules"], ["Accounting"], ["Diagnostic"], ["Spill"], ["Prices"], ["Prices", "Models"], ["Prices", "Models", AnyName],
    ];

    /// <summary>Checks the settings of one item.</summary>
    /// <exception cref="InvalidOperationException">A setting has the wrong shape.</exception>
    public static void Check(IConfigurationSection item) => Check(item, []);

    /// <exception cref="InvalidOperationException">It has a value of its own.</exception>
    public static void RequireSection(IConfigurationSection section, string mend)
    {
        if (section.Value is { Length: > 0 })
        {
            throw new InvalidOperationException($"'{section.Path}' is a single value. {mend}");
        }
    }

    private static void Check(IConfigurationSection section, string[] path)
    {
        foreach (var setting in section.GetChildren())
        {
            string[] inner = [.. path, setting.Key];
            if (SettingsWithSettings.Any(pattern => Matches(pattern, inner)))
            {
                RequireSection(setting, "Give it a section with settings of its own.");
                Check(setting, inner);
            }
            else
            {
                RequireValue(setting);
            }
        }
    }

    private static bool Matches(string[] pattern, string[] path) =>
        pattern.Length == path.Length
        && pattern.Zip(path).All(pair => string.Equals(pair.First, AnyName, StringComparison.Ordinal) || string.Equals(pair.First, pair.Second, StringComparison.OrdinalIgnoreCase));

    private static void RequireValue(IConfigurationSection setting)
    {
        if (setting.GetChildren().Any())
        {
            throw new InvalidOperationException($"'{setting.Path}' is a section. Give it a single value.");
        }
    }
}
