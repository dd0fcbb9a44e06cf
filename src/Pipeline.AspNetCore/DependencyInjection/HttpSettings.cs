using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Pipeline.DependencyInjection;

/// <summary>What the rooms of the edge are registered with: the services, the suite, and the configuration with a section for each room.</summary>
internal sealed class HttpSettings(IServiceCollection services, string suite) : IPipelineHttpBuilder
{
    private readonly List<string> _sections = [];
    private readonly List<Action<IServiceProvider, IConfiguration>> _trials = [];
    private readonly List<string> _withheld = [];
    private IConfiguration? _configuration;

    public IServiceCollection Services { get; } = services;

    public string Suite { get; } = suite;

    /// <summary>What <c>AddPipelineHttp</c> was given; <see langword="null"/> where all is set up in code.</summary>
    public IConfiguration? Configuration => _configuration;

    /// <summary>Settings that stay with the host, with all beneath them, since they can hold a secret or are about the host's own disk.</summary>
    public IReadOnlyList<string> Withheld => _withheld;

    /// <summary>Takes the configuration of the edge, once.</summary>
    /// <exception cref="InvalidOperationException">An earlier call gave another.</exception>
    public void UseConfiguration(IConfiguration? configuration)
    {
        if (configuration is null)
        {
            return;
        }

        if (_configuration is not null && !ReferenceEquals(_configuration, configuration))
        {
            throw new InvalidOperationException("An earlier call of AddPipelineHttp gave the edge another section. Give the section once.");
        }

        _configuration = configuration;
    }

    /// <summary>Registers the options of a room: first the configuration, then the code, checked at start.</summary>
    /// <param name="section">The room's section.</param>
    /// <param name="bind">Binds the section, with <see cref="Strictly"/>. It stands at the caller's, where the binder's source generator can see the type.</param>
    /// <param name="judge">What a start demands of the options beyond their validator, given what makes them; <see langword="null"/> for nothing.</param>
    public OptionsBuilder<TOptions> AddOptions<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions, TValidator>(
        string section, Action<IConfiguration, TOptions> bind, Action<IServiceProvider, IOptionsFactory<TOptions>>? judge = null)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>, new()
    {
        _sections.Add(section);
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>>(new TValidator()));
        var binding = new ConfigureNamedOptions<TOptions>(Options.DefaultName, options => Bind(SectionOf(section), bind, options));
        Services.AddSingleton<IConfigureOptions<TOptions>>(binding);
        _trials.Add((services, candidate) =>
        {
            var trial = new ConfigureNamedOptions<TOptions>(Options.DefaultName, options => Bind(candidate.GetSection(section), bind, options));
            var factory = new OptionsFactory<TOptions>(
                services.GetServices<IConfigureOptions<TOptions>>().Select(setup => ReferenceEquals(setup, binding) ? trial : setup),
                services.GetServices<IPostConfigureOptions<TOptions>>(),
                services.GetServices<IValidateOptions<TOptions>>());
            _ = factory.Create(Options.DefaultName);
            judge?.Invoke(services, factory);
        });
        return Services.AddOptions<TOptions>().ValidateOnStart();
    }

    /// <summary>Keeps settings of a room out of what is exported and imported.</summary>
    public void Withhold(string section, params IEnumerable<string> settings) => _withheld.AddRange(settings.Select(setting => ConfigurationPath.Combine(section, setting)));

    /// <summary>The section of a room, to be watched; <see langword="null"/> where there is no configuration.</summary>
    public IConfigurationSection? SectionOf(string section) => _configuration?.GetSection(section);

    /// <summary>Makes a misspelt setting an error instead of one that has no effect.</summary>
    public static void Strictly(BinderOptions options) => options.ErrorOnUnknownConfiguration = true;

    /// <summary>Returns if the edge would start with another configuration, and throws otherwise. Nothing is changed.</summary>
    /// <exception cref="InvalidOperationException">A setting cannot be read, or names nothing.</exception>
    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    public void Try(IServiceProvider services, IConfiguration candidate)
    {
        CheckSections(candidate);
        _trials.ForEach(trial => trial(services, candidate));
    }

    /// <exception cref="InvalidOperationException">A section is of no room.</exception>
    public void CheckSections() => CheckSections(_configuration);

    private void CheckSections(IConfiguration? configuration)
    {
        foreach (var section in configuration?.GetChildren() ?? [])
        {
            if (!_sections.Contains(section.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw new InvalidOperationException(
                    $"'{section.Path}' is no setting of the HTTP edge. Its sections are {string.Join(", ", _sections.Order(StringComparer.Ordinal))}. "
                    + "Correct the name, or remove it.");
            }
        }
    }

    private static void Bind<TOptions>(IConfigurationSection? source, Action<IConfiguration, TOptions> bind, TOptions options)
    {
        if (source is null)
        {
            return;
        }

        if (source.Value is { Length: > 0 })
        {
            throw new InvalidOperationException($"'{source.Path}' is a single value. Give it a section with settings of {typeof(TOptions).Name}.");
        }

        try
        {
            bind(source, options);
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidOperationException(
                $"'{source.Path}' cannot be read as {typeof(TOptions).Name}: {exception.Message} Correct the setting, or remove it.", exception);
        }
    }
}
