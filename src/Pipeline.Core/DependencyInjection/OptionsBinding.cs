using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Pipeline.DependencyInjection;

/// <summary>Binds the options of declared items: first the configuration, then the code, so that the code wins.</summary>
internal static class OptionsBinding
{
    /// <param name="services">The services.</param>
    /// <param name="registry">The suite.</param>
    /// <param name="section">The section of the configuration.</param>
    /// <param name="item">The item's name.</param>
    /// <param name="bind">Binds the section to the options. It stands at the caller's, where the binder's source generator can see the type.</param>
    /// <param name="configure">What the code says, or <see langword="null"/>.</param>
    /// <param name="judge">Throws if a start would refuse the options.</param>
    public static void Add<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        IServiceCollection services,
        PipelineRegistry registry,
        string section,
        string item,
        Action<IConfiguration, TOptions> bind,
        Action<TOptions>? configure,
        Action<TOptions> judge)
        where TOptions : class
    {
        var name = registry.KeyOf(item);
        Add<TOptions>(
            services,
            registry,
            name,
            (configuration, options) => Bind(configuration?.GetSection(section).GetSection(item), bind, options),
            (_, options) => judge(options));
        if (configure is not null)
        {
            services.Configure(name, configure);
        }
    }

    /// <summary>Binds the options that a suite has once, under its own name, to a section of their own.</summary>
    /// <param name="services">The services.</param>
    /// <param name="registry">The suite.</param>
    /// <param name="section">The section of the configuration.</param>
    /// <param name="bind">Binds the section to the options.</param>
    /// <param name="judge">Throws if a start would refuse the options.</param>
    /// <param name="complete">Brings what was bound together with what the code declares.</param>
    public static void AddSingle<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        IServiceCollection services,
        PipelineRegistry registry,
        string section,
        Action<IConfiguration, TOptions> bind,
        Action<IServiceProvider, TOptions> judge,
        Action<IConfigurationSection?, TOptions>? complete = null)
        where TOptions : class => Add(
            services,
            registry,
            registry.Name,
            (configuration, options) =>
            {
                var source = configuration?.GetSection(section);
                Bind(source, bind, options);
                complete?.Invoke(source, options);
            },
            judge);

    /// <summary>Tells of changes of an item's section. Only for options that are documented as reloadable.</summary>
    public static void Watch<TOptions>(IServiceCollection services, PipelineRegistry registry, string section, string item)
        where TOptions : class
    {
        registry.Follow(section, item);
        services.AddSingleton<IOptionsChangeTokenSource<TOptions>>(new SuiteChangeTokenSource<TOptions>(registry, section, item));
    }

    /// <summary>Makes a misspelt setting an error instead of one that has no effect.</summary>
    public static void Strictly(BinderOptions options) => options.ErrorOnUnknownConfiguration = true;

    private static void Add<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        IServiceCollection services,
        PipelineRegistry registry,
        string name,
        Action<IConfiguration?, TOptions> bind,
        Action<IServiceProvider, TOptions> judge)
        where TOptions : class
    {
        var binding = new ConfigureNamedOptions<TOptions>(name, options => bind(registry.Configuration, options));
        services.AddOptions().AddSingleton<IConfigureOptions<TOptions>>(binding);
        registry.AddTrial((provider, candidate) =>
        {
            var trial = new ConfigureNamedOptions<TOptions>(name, options => bind(candidate, options));
            var factory = new OptionsFactory<TOptions>(
                provider.GetServices<IConfigureOptions<TOptions>>().Select(setup => ReferenceEquals(setup, binding) ? trial : setup),
                provider.GetServices<IPostConfigureOptions<TOptions>>(),
                provider.GetServices<IValidateOptions<TOptions>>());
            judge(provider, factory.Create(name));
        });
    }

    private static void Bind<TOptions>(IConfigurationSection? source, Action<IConfiguration, TOptions> bind, TOptions options)
    {
        if (source is null)
        {
            return;
        }

        ConfigurationShape.RequireSection(source, $"Give it a section with settings of {typeof(TOptions).Name}.");
        try
        {
            bind(source, options);
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidOperationException(
                $"'{source.Path}' cannot be read as {typeof(TOptions).Name}: {exception.Message} Correct the setting, or remove it.", exception);
        }

        ConfigurationShape.Check(source);
    }
}
