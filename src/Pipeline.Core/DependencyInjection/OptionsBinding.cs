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
    public static void Add<TOptions>(
        IServiceCollection services,
        PipelineRegistry registry,
        string section,
        string item,
        Action<IConfiguration, TOptions> bind,
        Action<TOptions>? configure)
        where TOptions : class
    {
        var name = registry.KeyOf(item);
        services.AddOptions<TOptions>(name).Configure(options => Bind(registry.Configuration?.GetSection(section).GetSection(item), bind, options));
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
    /// <param name="complete">Brings what was bound together with what the code declares.</param>
    public static void AddSingle<TOptions>(
        IServiceCollection services,
        PipelineRegistry registry,
        string section,
        Action<IConfiguration, TOptions> bind,
        Action<IConfigurationSection?, TOptions>? complete = null)
        where TOptions : class =>
        services.AddOptions<TOptions>(registry.Name).Configure(options =>
        {
            var source = registry.Configuration?.GetSection(section);
            Bind(source, bind, options);
            complete?.Invoke(source, options);
        });

    /// <summary>Tells of changes of an item's section. Only for options that are documented as reloadable.</summary>
    public static void Watch<TOptions>(IServiceCollection services, PipelineRegistry registry, string section, string item)
        where TOptions : class =>
        services.AddSingleton<IOptionsChangeTokenSource<TOptions>>(new SuiteChangeTokenSource<TOptions>(registry, section, item));

    /// <summary>Makes a misspelt setting an error instead of one that has no effect.</summary>
    public static void Strictly(BinderOptions options) => options.ErrorOnUnknownConfiguration = true;

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
