using Microsoft.Extensions.Configuration;

namespace Pipeline.Diagnostics;

/// <summary>Whether the section that the host named has anything in it. A misspelt one is empty, and the suite then starts with its defaults.</summary>
internal sealed class ConfigurationSectionCheck(SuiteFacts suite) : SuiteCheck(suite, "configuration.section")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken) => new(Suite.Registry.Configuration switch
    {
        null => DoctorResult.Ok("The suite is set up in code alone."),
        { } configuration when configuration.GetChildren().Any() =>
            DoctorResult.Ok($"{Describe(configuration)} has {Wording.Count(configuration.GetChildren().Count(), "section")}."),
        { } configuration => DoctorResult.Warning(
            $"{Describe(configuration)} was given to AddPipeline and is empty, so that every setting has its default.",
            "Correct the section's name in the code or in the configuration; where all settings are meant to be the code's, call AddPipeline without a section."),
    });

    private static string Describe(IConfiguration configuration) =>
        configuration is IConfigurationSection section ? $"The section '{section.Path}'" : "The configuration";
}
