using System.Text.Json.Serialization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Backends;

namespace Pipeline.DependencyInjection;

/// <summary>What was declared on one suite. Filled while services are registered, read when they are made.</summary>
internal sealed class PipelineRegistry(string name)
{
    private readonly Dictionary<Type, RoleClaim> _roles = [];
    private readonly Dictionary<Type, Delegate> _decorators = [];
    private readonly Dictionary<(string Section, string Name), ItemRegistration> _items = [];
    private readonly List<Action<IServiceProvider, IConfiguration>> _trials = [];
    private readonly List<string> _followed = [];

    public string Name { get; } = name;

    public IConfiguration? Configuration { get; private set; }

    /// <summary>Whether the suite's cache stands on the host's distributed cache.</summary>
    public bool UsesDistributedCache { get; set; }

    /// <summary>Whether the host's distributed cache stands on the suite's cache.</summary>
    public bool ServesDistributedCache { get; set; }

    /// <summary>Whether the host asks the suite's queues for their figures.</summary>
    public bool SamplesQueues { get; set; }

    public List<JsonSerializerContext> JsonContexts { get; } = [];

    public IEnumerable<ItemRegistration> Items => _items.Values;

    /// <summary>The key under which a queue, step, chain or worker of this suite is registered, and the name of its options.</summary>
    public string KeyOf(string item) => ItemKey.Of(Name, item);

    public void UseConfiguration(IConfiguration? configuration)
    {
        if (configuration is null || ReferenceEquals(configuration, Configuration))
        {
            return;
        }

        Configuration = Configuration is null
            ? configuration
            : throw new InvalidOperationException(
                "AddPipeline was given two configuration sections for one suite. Give it one, or give the second suite a name.");
    }

    /// <summary>Keeps what binds a section of another configuration, and throws if a start with it would be refused.</summary>
    public void AddTrial(Action<IServiceProvider, IConfiguration> trial) => _trials.Add(trial);

    /// <summary>Binds all sections of another configuration, and changes nothing.</summary>
    /// <exception cref="InvalidOperationException">A setting cannot be read, or names nothing.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting is out of range.</exception>
    public void Try(IServiceProvider services, IConfiguration candidate) => _trials.ForEach(trial => trial(services, candidate));

    /// <summary>Notes that changes of an item's section count while the application runs.</summary>
    public void Follow(string section, string item) => _followed.Add(ConfigurationPath.Combine(section, item, ""));

    /// <summary>Whether changes of a setting count while the application runs.</summary>
    public bool IsFollowed(string setting) => _followed.Exists(prefix => setting.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    public void Declare(ItemRegistration item)
    {
        StoredName.ThrowIfInvalid(item.Name, "name");
        if (!_items.TryAdd((item.Section, item.Name), item))
        {
            throw new InvalidOperationException(
                $"'{item.Name}' is declared twice in {item.Section}. Remove one of the declarations, or give one another name.");
        }
    }

    public T? Find<T>(string section, string item)
        where T : ItemRegistration => _items.GetValueOrDefault((section, item)) as T;

    public void RegisterDefault<TRole>(IServiceCollection services, Func<IServiceProvider, TRole> factory)
        where TRole : class
    {
        if (!_roles.ContainsKey(typeof(TRole)))
        {
            _roles.Add(typeof(TRole), new RoleClaim(ClaimedBy: null, RegisterRole(services, factory)));
        }
    }

    /// <summary>Says what stands around whatever plays a role, be it the default or what claims the role. Called before the default is registered.</summary>
    public void Decorate<TRole>(Func<IServiceProvider, TRole, TRole> decorate)
        where TRole : class => _decorators.Add(typeof(TRole), decorate);

    /// <summary>Whether nothing has claimed a role that has a default.</summary>
    public bool IsDefault<TRole>()
        where TRole : class => _roles.TryGetValue(typeof(TRole), out var claim) && claim.ClaimedBy is null;

    public void ClaimRole<TRole>(IServiceCollection services, string claimedBy, Func<IServiceProvider, TRole> factory)
        where TRole : class
    {
        if (_roles.TryGetValue(typeof(TRole), out var former))
        {
            if (former.ClaimedBy is { } other)
            {
                throw new InvalidOperationException(
                    $"The role {typeof(TRole).Name} is claimed twice: by {other} and by {claimedBy}. "
                    + "Keep one of the calls, or narrow one of them to other roles with PipelineRoles.");
            }

            services.Remove(former.Descriptor);
        }

        _roles[typeof(TRole)] = new RoleClaim(claimedBy, RegisterRole(services, factory));
    }

    /// <summary>Registers a service of the suite: unkeyed for the main suite, keyed by its name for another.</summary>
    public ServiceDescriptor Register<TService>(IServiceCollection services, Func<IServiceProvider, TService> factory)
        where TService : class
    {
        var descriptor = Name.Length == 0
            ? ServiceDescriptor.Singleton(factory)
            : ServiceDescriptor.KeyedSingleton(Name, (provider, _) => factory(provider));
        services.Add(descriptor);
        return descriptor;
    }

    private ServiceDescriptor RegisterRole<TRole>(IServiceCollection services, Func<IServiceProvider, TRole> factory)
        where TRole : class =>
        _decorators.GetValueOrDefault(typeof(TRole)) is Func<IServiceProvider, TRole, TRole> decorate
            ? Register(services, provider => decorate(provider, factory(provider)))
            : Register(services, factory);

    private sealed record RoleClaim(string? ClaimedBy, ServiceDescriptor Descriptor);
}
