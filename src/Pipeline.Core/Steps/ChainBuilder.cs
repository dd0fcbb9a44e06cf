using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Backends;
using Pipeline.DependencyInjection;

namespace Pipeline.Steps;

/// <summary>Says which steps a chain has, in their order, and which hooks.</summary>
/// <typeparam name="T">The chain's item.</typeparam>
/// <remarks>Used while services are registered, on one thread.</remarks>
public sealed class ChainBuilder<T>
{
    private readonly List<(string Name, Func<IServiceProvider, string, IChainStep<T>> Create)> _steps = [];
    private readonly List<Func<IServiceProvider, IChainHook<T>>> _hooks = [];
    private readonly List<Action<IServiceCollection>> _registrations = [];
    private readonly List<Action<ChainOptions>> _options = [];

    /// <exception cref="ArgumentException"><paramref name="name"/> is no valid name.</exception>
    internal ChainBuilder(string name)
    {
        StoredName.ThrowIfInvalid(name);
        Name = name;
    }

    /// <summary>The chain's name.</summary>
    public string Name { get; }

    /// <summary>Adds a step of a class of its own, which is registered as a singleton unless it is registered already.</summary>
    /// <typeparam name="TStep">The class.</typeparam>
    /// <param name="name">
    /// The step's name, unique in the chain; <see langword="null"/> for the name of the class. Stored with messages that failed there, so it
    /// should outlive the name of the class.
    /// </param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no valid name, or another step has it.</exception>
    public ChainBuilder<T> Then<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TStep>(string? name = null)
        where TStep : class, IChainStep<T>
    {
        _registrations.Add(static services => services.TryAddSingleton<TStep>());
        return Add(name ?? typeof(TStep).Name, static (services, _) => services.GetRequiredService<TStep>());
    }

    /// <summary>Adds a step that is a method.</summary>
    /// <param name="name">The step's name, unique in the chain.</param>
    /// <param name="execute">The method; see <see cref="IChainStep{T}.ExecuteAsync"/>.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no valid name, or another step has it.</exception>
    public ChainBuilder<T> Then(string name, Func<T, ChainContext, CancellationToken, ValueTask<ChainResult<T>>> execute)
    {
        ArgumentNullException.ThrowIfNull(execute);
        var step = new DelegateChainStep<T>(execute);
        return Add(name, (_, _) => step);
    }

    /// <summary>Adds a step that calls a step registered with <c>AddStep</c>, under all that it asked for. It bears that step's name.</summary>
    /// <typeparam name="TIn">What goes into the step.</typeparam>
    /// <typeparam name="TOut">What comes out of the step.</typeparam>
    /// <param name="stepName">The step's name, unique in the chain.</param>
    /// <param name="map">Takes from the item what goes into the step.</param>
    /// <param name="merge">Makes the item for the next step out of the item and what came out.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="stepName"/> is no valid name, or another step of the chain has it.</exception>
    public ChainBuilder<T> ThenStep<TIn, TOut>(string stepName, Func<T, TIn> map, Func<T, TOut, T> merge)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(merge);
        return Add(stepName, (services, pipeline) => new RunnerChainStep<T, TIn, TOut>(FindRunner<TIn, TOut>(services, pipeline, stepName), map, merge));
    }

    /// <summary>Adds a hook, which is registered as a singleton unless it is registered already.</summary>
    /// <typeparam name="THook">The hook's class.</typeparam>
    /// <returns>The builder.</returns>
    public ChainBuilder<T> Hook<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THook>()
        where THook : class, IChainHook<T>
    {
        _registrations.Add(static services => services.TryAddSingleton<THook>());
        _hooks.Add(static services => services.GetRequiredService<THook>());
        return this;
    }

    /// <summary>Bounds the time over one item, in place of what the configuration says.</summary>
    /// <param name="timeout">The time-out, 10 milliseconds to 24 hours; checked when the application starts.</param>
    /// <returns>The builder.</returns>
    public ChainBuilder<T> Timeout(TimeSpan timeout)
    {
        _options.Add(options => options.Timeout = timeout);
        return this;
    }

    /// <summary>Registers the classes of steps and hooks that are not registered yet.</summary>
    internal void Register(IServiceCollection services) => _registrations.ForEach(register => register(services));

    /// <summary>Lays what the code says over what the configuration says.</summary>
    internal void Configure(ChainOptions options) => _options.ForEach(configure => configure(options));

    /// <exception cref="InvalidOperationException">The chain has no step, or one of its steps is not registered.</exception>
    internal Chain<T> Build(
        IServiceProvider services, string pipelineName, ChainSettings settings, RunEnvironment environment, IMessageFactory? messages)
    {
        if (_steps.Count == 0)
        {
            throw new InvalidOperationException($"Chain '{Name}' has no step. Add one with Then or ThenStep, or remove the chain.");
        }

        var links = _steps.Select(step => new ChainLink<T>(step.Name, step.Create(services, pipelineName)));
        var hooks = _hooks.Select(create => create(services));
        return new Chain<T>(Name, [.. links], [.. hooks], settings, environment, messages);
    }

    private ChainBuilder<T> Add(string name, Func<IServiceProvider, string, IChainStep<T>> create)
    {
        StoredName.ThrowIfInvalid(name);
        if (_steps.Exists(step => string.Equals(step.Name, name, StringComparison.Ordinal)))
        {
            throw new ArgumentException(
                $"Chain '{Name}' has a step '{name}' already, and a message that failed could not tell them apart. Give this one another name.", nameof(name));
        }

        _steps.Add((name, create));
        return this;
    }

    private IStepRunner<TIn, TOut> FindRunner<TIn, TOut>(IServiceProvider services, string pipeline, string step) =>
        services.GetKeyedService<IStepRunner<TIn, TOut>>(ItemKey.Of(pipeline, step))
        ?? throw new InvalidOperationException(
            $"Chain '{Name}' calls step '{step}', but no step of this name takes {typeof(TIn).Name} and gives {typeof(TOut).Name}. "
            + $"Register it with AddStep, or correct the name or the types.");
}
