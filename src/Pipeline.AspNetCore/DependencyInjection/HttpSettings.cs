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
    private IConfiguration? _configuration;

    public IServiceCollection Services { get; } = services;

    public string Suite { get; } = suite;

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
    public OptionsBuilder<TOptions> AddOptions<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions, TValidator>(
        string section, Action<IConfiguration, TOptions> bind)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>, new()
    {
        _sections.Add(section);
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>>(new TValidator()));
        return Services.AddOptions<TOptions>().Configure(options => Bind(section, bind, options)).ValidateOnStart();
    }

    /// <summary>The section of a room, to be watched; <see langword="null"/> where there is no configuration.</summary>
    public IConfigurationSection? SectionOf(string section) => _configuration?.GetSection(section);

    /// <summary>Makes a misspelt setting an error instead of one that has no effect.</summary>
    public static void Strictly(BinderOptions options) => options.ErrorOnUnknownConfiguration = true;

    /// <exception cref="InvalidOperationException">A section is of no room.</exception>
    public void CheckSections()
    {
        foreach (var section in _configuration?.GetChildren() ?? [])
        {
            if (!_sections.Contains(section.Key, StringComparer.OrdinalIgnoreCase))
            {
                throw new InvalidOperationException(
                    $"'{section.Path}' is no setting of the HTTP edge. Its sections are {string.Join(", ", _sections.Order(StringComparer.Ordinal))}. "
                    + "Correct the name, or remove it.");
            }
        }
    }

    private void Bind<TOptions>(string section, Action<IConfiguration, TOptions> bind, TOptions options)
    {
        if (SectionOf(section) is not { } source)
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
