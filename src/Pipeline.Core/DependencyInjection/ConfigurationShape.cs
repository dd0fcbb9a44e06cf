using Microsoft.Extensions.Configuration;

namespace Pipeline.DependencyInjection;

/// <summary>Makes an error of a single value where a section belongs, and of a section where a single value belongs: the binder drops both silently.</summary>
internal static class ConfigurationShape
{
    private static readonly string[] SettingsWithSettings = ["TenantWeights", "RetrySchedule", "ModelTimeouts", "Retry", "CircuitBreaker"];

    /// <summary>Checks the settings of one item.</summary>
    /// <exception cref="InvalidOperationException">A setting has the wrong shape.</exception>
    public static void Check(IConfigurationSection item)
    {
        foreach (var setting in item.GetChildren())
        {
            if (!SettingsWithSettings.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
            {
                RequireValue(setting);
                continue;
            }

            RequireSection(setting, "Give it a section with settings of its own.");
            foreach (var inner in setting.GetChildren())
            {
                RequireValue(inner);
            }
        }
    }

    /// <exception cref="InvalidOperationException">It has a value of its own.</exception>
    public static void RequireSection(IConfigurationSection section, string mend)
    {
        if (section.Value is { Length: > 0 })
        {
            throw new InvalidOperationException($"'{section.Path}' is a single value. {mend}");
        }
    }

    private static void RequireValue(IConfigurationSection setting)
    {
        if (setting.GetChildren().Any())
        {
            throw new InvalidOperationException($"'{setting.Path}' is a section. Give it a single value.");
        }
    }
}
