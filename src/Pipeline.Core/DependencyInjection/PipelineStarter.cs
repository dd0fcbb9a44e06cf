using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.RateLimiting;

namespace Pipeline.DependencyInjection;

/// <summary>Finds at start what is wrong with one suite: settings that name nothing, and items that cannot be made.</summary>
internal sealed class PipelineStarter(PipelineRegistry registry, IServiceProvider services)
{
    public void Check()
    {
        if (registry.Configuration is { } configuration)
        {
            CheckNames(registry, configuration);
        }

        _ = CachingRegistration.ReadOptions(services, registry);
        _ = RateLimitingRegistration.ReadOptions(services, registry);
        _ = services.GetRequiredPipelineService<RateLimitRules>(registry.Name);
        LearningRegistration.Check(services, registry);
        TelemetryRegistration.Check(services, registry);
        foreach (var item in registry.Items)
        {
            CheckKey(item);
            item.Check(services);
        }
    }

    /// <summary>Finds sections and items of a configuration that name nothing.</summary>
    /// <exception cref="InvalidOperationException">There is one.</exception>
    public static void CheckNames(PipelineRegistry registry, IConfiguration configuration)
    {
        foreach (var section in configuration.GetChildren())
        {
            if (!Sections.All.Contains(section.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw new InvalidOperationException(
                    $"'{section.Path}' is no setting of the suite. Its sections are {string.Join(", ", Sections.All)}. Correct the name, or remove it.");
            }

            if (Sections.Single.Contains(section.Key, StringComparer.OrdinalIgnoreCase))
            {
                // What stands in it is checked where it is bound.
                continue;
            }

            ConfigurationShape.RequireSection(section, "Give it a section with a section for each item, by name.");
            CheckItems(registry, section);
        }
    }

    // The container would give both suites the one that was registered last.
    private void CheckKey(ItemRegistration item)
    {
        var key = registry.KeyOf(item.Name);
        var isTaken = services.GetServices<PipelineRegistry>().Any(other => !ReferenceEquals(other, registry)
            && other.Items.Any(o => string.Equals(o.Section, item.Section, StringComparison.Ordinal)
                && string.Equals(other.KeyOf(o.Name), key, StringComparison.Ordinal)));
        if (isTaken)
        {
            throw new InvalidOperationException($"'{key}' is declared in {item.Section} by two suites. Give one of them, or its item, another name.");
        }
    }

    private static void CheckItems(PipelineRegistry registry, IConfigurationSection section)
    {
        var declared = registry.Items
            .Where(item => string.Equals(item.Section, section.Key, StringComparison.OrdinalIgnoreCase))
            .Select(item => item.Name)
            .ToList();
        foreach (var item in section.GetChildren())
        {
            if (!declared.Contains(item.Key, StringComparer.OrdinalIgnoreCase))
            {
                var known = declared.Count == 0 ? "none" : string.Join(", ", declared.Select(name => $"'{name}'"));
                throw new InvalidOperationException(
                    $"'{item.Path}' configures '{item.Key}', which is not declared in code; declared are: {known}. Correct the name, or remove the section.");
            }
        }
    }
}
