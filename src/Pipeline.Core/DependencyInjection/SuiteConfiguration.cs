using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Pipeline.DependencyInjection;

/// <summary>The configuration of a suite, for what moves configurations between hosts: where it is, and whether the suite would start with another.</summary>
/// <remarks>Registered by <c>AddPipeline</c>, once a suite. Thread safe once the services are built.</remarks>
public sealed class SuiteConfiguration
{
    private readonly PipelineRegistry _registry;
    private readonly IServiceProvider _services;

    internal SuiteConfiguration(PipelineRegistry registry, IServiceProvider services)
    {
        _registry = registry;
        _services = services;
    }

    /// <summary>The suite's name; empty for the only or main one.</summary>
    public string Suite => _registry.Name;

    /// <summary>What <c>AddPipeline</c> was given; <see langword="null"/> where all is set up in code.</summary>
    public IConfiguration? Configuration => _registry.Configuration;

    /// <summary>Says whether changes of a setting count while the application runs, rather than from its next start on.</summary>
    /// <param name="setting">The setting's path within the suite's configuration, for instance <c>Chains:ingest:Enabled</c>.</param>
    /// <returns>Whether they do.</returns>
    public bool IsFollowed(string setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        return _registry.IsFollowed(setting);
    }

    /// <summary>Returns if the suite would start with another configuration, and throws otherwise. Nothing is changed, and no backend is asked.</summary>
    /// <param name="candidate">The other configuration, whole: what it leaves out has the default or what the code says.</param>
    /// <exception cref="InvalidOperationException">A setting cannot be read, or names nothing; the message names it and the mend.</exception>
    /// <exception cref="OptionsValidationException">A setting is out of range; the message names it and the mend.</exception>
    public void Check(IConfiguration candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        PipelineStarter.CheckNames(_registry, candidate);
        _registry.Try(_services, candidate);
    }
}
