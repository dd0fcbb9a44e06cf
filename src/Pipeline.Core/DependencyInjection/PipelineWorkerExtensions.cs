using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Pipeline.DependencyInjection;
using Pipeline.Queues;
using Pipeline.Workers;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Declares workers.</summary>
/// <remarks>
/// Where there is a host, it runs them; without one, take <see cref="QueueWorker"/>, keyed by the worker's name, and call
/// <see cref="QueueWorker.RunAsync"/>.
/// </remarks>
public static class PipelineWorkerExtensions
{
    /// <summary>Declares a worker that takes the values of a queue through a chain.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="queue">The queue, declared with the chain's item as its type.</param>
    /// <param name="chain">The chain.</param>
    /// <param name="configure">The options, over what the configuration says; <see langword="null"/> for the defaults.</param>
    /// <param name="name">The worker's name; <see langword="null"/> for that of the queue. A second worker on a queue needs one.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">A name is no valid name.</exception>
    /// <exception cref="InvalidOperationException">A worker of this name is declared already.</exception>
    public static IPipelineBuilder AddWorker(
        this IPipelineBuilder builder, string queue, string chain, Action<QueueWorkerOptions>? configure = null, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(chain);
        var registry = PipelineBuilder.RegistryOf(builder);
        return Add(builder, registry, queue, name, configure, (Sections.Chains, chain));
    }

    /// <summary>Declares a worker that runs a step over the values of a queue.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="queue">The queue, declared with the step's input as its type.</param>
    /// <param name="step">The step.</param>
    /// <param name="configure">The options, over what the configuration says; <see langword="null"/> for the defaults.</param>
    /// <param name="name">The worker's name; <see langword="null"/> for that of the queue. A second worker on a queue needs one.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">A name is no valid name.</exception>
    /// <exception cref="InvalidOperationException">A worker of this name is declared already.</exception>
    public static IPipelineBuilder AddStepWorker(
        this IPipelineBuilder builder, string queue, string step, Action<QueueWorkerOptions>? configure = null, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(step);
        var registry = PipelineBuilder.RegistryOf(builder);
        return Add(builder, registry, queue, name, configure, (Sections.Steps, step));
    }

    /// <summary>Declares a worker that hands messages as they are to a handler, which is registered as a singleton unless it is registered already.</summary>
    /// <typeparam name="THandler">The handler.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="configure">The options, over what the configuration says; <see langword="null"/> for the defaults.</param>
    /// <param name="name">The worker's name; <see langword="null"/> for that of the queue. A second worker on a queue needs one.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">A name is no valid name.</exception>
    /// <exception cref="InvalidOperationException">A worker of this name is declared already.</exception>
    public static IPipelineBuilder AddWorker<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        this IPipelineBuilder builder, string queue, Action<QueueWorkerOptions>? configure = null, string? name = null)
        where THandler : class, IMessageHandler
    {
        var registry = PipelineBuilder.RegistryOf(builder);
        builder.Services.TryAddSingleton<THandler>();
        return Add(builder, registry, queue, name, configure, handler: null, static services => services.GetRequiredService<THandler>());
    }

    private static IPipelineBuilder Add(
        IPipelineBuilder builder,
        PipelineRegistry registry,
        string queue,
        string? name,
        Action<QueueWorkerOptions>? configure,
        (string Section, string Name) handler) =>
        Add(
            builder,
            registry,
            queue,
            name,
            configure,
            handler,
            services => WorkerRegistration.CreateHandler(services, registry, handler.Section, handler.Name, queue));

    private static IPipelineBuilder Add(
        IPipelineBuilder builder,
        PipelineRegistry registry,
        string queue,
        string? name,
        Action<QueueWorkerOptions>? configure,
        (string Section, string Name)? handler,
        Func<IServiceProvider, IMessageHandler> createHandler)
    {
        ArgumentNullException.ThrowIfNull(queue);
        var worker = name ?? queue;
        var key = registry.KeyOf(worker);
        registry.Declare(new WorkerRegistration(worker, services => services.GetRequiredKeyedService<QueueWorker>(key)) { Queue = queue, Handler = handler });
        OptionsBinding.Add<QueueWorkerOptions>(
            builder.Services,
            registry,
            Sections.Workers,
            worker,
            static (section, options) => section.Bind(options, OptionsBinding.Strictly),
            configure,
            options => WorkerRegistration.Judge(worker, options));
        builder.Services.AddKeyedSingleton(
            key, (services, _) => WorkerRegistration.Create(services, registry, worker, queue, createHandler(services)));
        builder.Services.AddSingleton<IHostedService>(services => new QueueWorkerService(
            services.GetRequiredKeyedService<QueueWorker>(key), services.GetService<IHostApplicationLifetime>()));
        return builder;
    }
}
