using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Pipeline.RequestLimits;

/// <summary>Reads <see cref="DeadlineOptions"/>: the binder knows neither seconds nor names with a colon.</summary>
internal static class DeadlineSection
{
    /// <exception cref="InvalidOperationException">A setting is unknown, or no time.</exception>
    public static void Bind(IConfiguration section, DeadlineOptions options)
    {
        foreach (var setting in section.GetChildren())
        {
            if (setting.Key.Equals(nameof(options.Default), StringComparison.OrdinalIgnoreCase))
            {
                options.Default = "off".Equals(setting.Value?.Trim(), StringComparison.OrdinalIgnoreCase) ? null : Time(setting);
            }
            else if (setting.Key.Equals(nameof(options.Models), StringComparison.OrdinalIgnoreCase))
            {
                AddModels(setting, prefix: "", options.Models);
            }
            else
            {
                throw new InvalidOperationException($"'{setting.Path}' is no setting; there are {nameof(options.Default)} and {nameof(options.Models)}.");
            }
        }
    }

    // A colon in a name makes a section of it.
    private static void AddModels(IConfigurationSection section, string prefix, IDictionary<string, TimeSpan> models)
    {
        foreach (var child in section.GetChildren())
        {
            var model = prefix + child.Key;
            if (child.Value is not null)
            {
                models[model] = Time(child);
            }

            AddModels(child, model + ":", models);
        }
    }

    private static TimeSpan Time(IConfigurationSection setting)
    {
        var text = setting.Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds <= TimeSpan.MaxValue.TotalSeconds / 2)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        return TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var time)
            ? time
            : throw new InvalidOperationException($"'{setting.Path}' is no time. Give a number of seconds, or a time such as 00:02:00.");
    }
}
