using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Backends;
using Pipeline.DependencyInjection;
using Pipeline.Steps;
using Pipeline.Workers;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Declares steps and chains.</summary>
public static class PipelineStepExtensions
{
    /// <summary>
    /// Declares a step. Callers take <see cref="IStepRunner{TIn, TOut}"/>: as it is where one step has these types, else keyed by the
    /// step's name.
    /// </summary>
    /// <typeparam name="TIn">What goes into the step.</typeparam>
    /// <typeparam name="TOut">What comes out of the step.</typeparam>
    /// <typeparam name="TStep">The step, registered as a singleton unless it is registered already.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The step's name, 1 to 512 bytes of UTF-8.</param>
    /// <param name="configure">What the step asks the runner for; <see langword="null"/> for nothing.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no valid name.</exception>
    /// <exception cref="InvalidOperationException">A step of this name is declared already.</exception>
    public static IPipelineBuilder AddStep<TIn, TOut, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TStep>(
        this IPipelineBuilder builder, string name, Action<StepBuilder<TIn, TOut>>? configure = null)
        where TStep : class, IStep<TIn, TOut>
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<TStep>();
        return AddStep(builder, name, configure, static services => services.GetRequiredService<TStep>());
    }

    /// <summary>Declares a step that is a method.</summary>
    /// <typeparam name="TIn">What goes into the step.</typeparam>
    /// <typeparam name="TOut">What comes out of the step.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The step's name, 1 to 512 bytes of UTF-8.</param>
    /// <param name="execute">The method; see <see cref="IStep{TIn, TOut}.ExecuteAsync"/>.</param>
    /// <param name="configure">What the step asks the runner for; <see langword="null"/> for nothing.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no valid name.</exception>
    /// <exception cref="InvalidOperationException">A step of this name is declared already.</exception>
    public static IPipelineBuilder AddStep<TIn, TOut>(
        this IPipelineBuilder builder,
        string name,
        Func<TIn, StepContext, CancellationToken, ValueTask<TOut>> execute,
        Action<StepBuilder<TIn, TOut>>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(execute);
        var step = new DelegateStep<TIn, TOut>(execute);
        return AddStep(builder, name, configure, _ => step);
    }

    /// <summary>
    /// Declares a streaming step. Callers take <see cref="IStreamingStepRunner{TIn, TItem}"/>: as it is where one step has these types,
    /// else keyed by the step's name.
    /// </summary>
    /// <typeparam name="TIn">What goes into the step.</typeparam>
    /// <typeparam name="TItem">The items that come out of the step.</typeparam>
    /// <typeparam name="TStep">The step, registered as a singleton unless it is registered already.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The step's name, 1 to 512 bytes of UTF-8.</param>
    /// <param name="configure">What the step asks the runner for; <see langword="null"/> for nothing.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no valid name.</exception>
    /// <exception cref="InvalidOperationException">A step of this name is declared already.</exception>
    public static IPipelineBuilder AddStreamingStep<TIn, TItem, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TStep>(
        this IPipelineBuilder builder, string name, Action<StreamingStepBuilder<TIn, TItem>>? configure = null)
        where TStep : class, IStreamingStep<TIn, TItem>
    {
        var registry = PipelineBuilder.RegistryOf(builder);
        var step = new StreamingStepBuilder<TIn, TItem>(name);
        configure?.Invoke(step);
        builder.Services.TryAddSingleton<TStep>();
        BindStepOptions(builder.Services, registry, name, step.Configure);
        var key = registry.KeyOf(name);
        registry.Declare(new ItemRegistration(Sections.Steps, name, services => services.GetRequiredKeyedService<IStreamingStepRunner<TIn, TItem>>(key))
        {
            ServiceType = typeof(IStreamingStepRunner<TIn, TItem>),
            Step = step.Traits,
        });
        builder.Services.AddKeyedSingleton(key, (services, _) => step.Build(
            services.GetRequiredService<TStep>(), OptionsOf(services, key), new SuiteServices(services, registry), services.GetRequiredPipelineService<RunEnvironment>(registry.Name)));
        OnlyItem.Register<IStreamingStepRunner<TIn, TItem>>(builder.Services, registry);
        return builder;
    }

    /// <summary>Declares a chain of steps. A worker takes the messages of a queue through it (<c>AddWorker</c>).</summary>
    /// <typeparam name="T">The chain's item.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The chain's name, 1 to 512 bytes of UTF-8.</param>
    /// <param name="configure">The steps and hooks.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no valid name.</exception>
    /// <exception cref="InvalidOperationException">A chain of this name is declared already.</exception>
    public static IPipelineBuilder AddChain<T>(this IPipelineBuilder builder, string name, Action<ChainBuilder<T>> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var registry = PipelineBuilder.RegistryOf(builder);
        var chain = new ChainBuilder<T>(name);
        configure(chain);
        chain.Register(builder.Services);
        OptionsBinding.Add<ChainOptions>(
            builder.Services,
            registry,
            Sections.Chains,
            name,
            static (section, options) => section.Bind(options, OptionsBinding.Strictly),
            chain.Configure,
            options => new ChainOptionsValidator().ThrowIfInvalid(name, options));
        OptionsBinding.Watch<ChainOptions>(builder.Services, registry, Sections.Chains, name);
        var key = registry.KeyOf(name);
        registry.Declare(new HandlerRegistration(
            Sections.Chains,
            name,
            services => services.GetRequiredKeyedService<Chain<T>>(key),
            (services, queue) => new ChainMessageHandler<T>(
                services.GetRequiredKeyedService<Chain<T>>(key),
                WorkerRegistration.CodecOf<T>(services, registry, queue, $"Chain '{name}'"),
                services.GetRequiredService<ILogger<QueueWorker>>()))
        {
            ServiceType = typeof(Chain<T>),
        });
        builder.Services.AddKeyedSingleton(key, (services, _) => chain.Build(
            services,
            registry.Name,
            new ChainSettings(
                name,
                key,
                services.GetRequiredService<IOptionsFactory<ChainOptions>>(),
                services.GetServices<IOptionsChangeTokenSource<ChainOptions>>(),
                services.GetRequiredService<ILogger<Chain<T>>>()),
            services.GetRequiredPipelineService<RunEnvironment>(registry.Name),
            services.GetRequiredPipelineService<IMessageFactory>(registry.Name)));
        OnlyItem.Register<Chain<T>>(builder.Services, registry);
        return builder;
    }

    private static IPipelineBuilder AddStep<TIn, TOut>(
        IPipelineBuilder builder, string name, Action<StepBuilder<TIn, TOut>>? configure, Func<IServiceProvider, IStep<TIn, TOut>> create)
    {
        var registry = PipelineBuilder.RegistryOf(builder);
        var step = new StepBuilder<TIn, TOut>(name);
        configure?.Invoke(step);
        BindStepOptions(builder.Services, registry, name, step.Configure);
        var key = registry.KeyOf(name);
        registry.Declare(new HandlerRegistration(
            Sections.Steps,
            name,
            services => services.GetRequiredKeyedService<IStepRunner<TIn, TOut>>(key),
            (services, queue) => new StepMessageHandler<TIn, TOut>(
                services.GetRequiredKeyedService<IStepRunner<TIn, TOut>>(key), WorkerRegistration.CodecOf<TIn>(services, registry, queue, $"Step '{name}'")))
        {
            ServiceType = typeof(IStepRunner<TIn, TOut>),
            Step = step.Traits,
        });
        builder.Services.AddKeyedSingleton(key, (services, _) => step.Build(
            create(services), OptionsOf(services, key), new SuiteServices(services, registry), services.GetRequiredPipelineService<RunEnvironment>(registry.Name)));
        OnlyItem.Register<IStepRunner<TIn, TOut>>(builder.Services, registry);
        return builder;
    }

    private static void BindStepOptions(IServiceCollection services, PipelineRegistry registry, string name, Action<StepOptions> configure) =>
        OptionsBinding.Add<StepOptions>(
            services,
            registry,
            Sections.Steps,
            name,
            static (section, options) => section.Bind(options, OptionsBinding.Strictly),
            configure,
            options => new StepOptionsValidator().ThrowIfInvalid(name, options));

    private static StepOptions OptionsOf(IServiceProvider services, string key) =>
        services.GetRequiredService<IOptionsMonitor<StepOptions>>().Get(key);
}
