using System.Text.Json.Serialization;
using Microsoft.Extensions.Configuration;
using Pipeline.DependencyInjection;
using Pipeline.Queues;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Declares queues.</summary>
public static class PipelineQueueExtensions
{
    /// <summary>
    /// Declares a queue of values. Producers take <see cref="IQueue{T}"/>: as it is where the type has one queue, else keyed by the
    /// queue's name. <see cref="IQueue"/>, keyed by the name, is the queue beneath.
    /// </summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The queue's name, 1 to 512 bytes of UTF-8.</param>
    /// <param name="configure">The options, over what the configuration says; <see langword="null"/> for the defaults.</param>
    /// <param name="format">How values are written; <see langword="null"/> for JSON under the full name of the type, version 1.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no valid name.</exception>
    /// <exception cref="InvalidOperationException">A queue of this name is declared already.</exception>
    public static IPipelineBuilder AddQueue<T>(
        this IPipelineBuilder builder, string name, Action<QueueOptions>? configure = null, Action<MessageFormat<T>>? format = null)
    {
        var registry = PipelineBuilder.RegistryOf(builder);
        var messages = new MessageFormat<T>();
        format?.Invoke(messages);
        var key = registry.KeyOf(name);
        Declare(builder, registry, new QueueRegistration(name, services => services.GetRequiredKeyedService<IQueue<T>>(key)) { ServiceType = typeof(IQueue<T>) }, configure);
        builder.Services.AddKeyedSingleton(key, (services, _) => messages.CreateCodec(name, new JsonTypeInfos(registry.JsonContexts)));
        builder.Services.AddKeyedSingleton<IQueue<T>>(key, (services, _) => new TypedQueue<T>(
            services.GetRequiredKeyedService<IQueue>(key), services.GetRequiredKeyedService<MessageCodec<T>>(key)));
        OnlyItem.Register<IQueue<T>>(builder.Services, registry);
        return builder;
    }

    /// <summary>Declares a queue of messages that are taken as they are. <see cref="IQueue"/> is keyed by the queue's name.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The queue's name, 1 to 512 bytes of UTF-8.</param>
    /// <param name="configure">The options, over what the configuration says; <see langword="null"/> for the defaults.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no valid name.</exception>
    /// <exception cref="InvalidOperationException">A queue of this name is declared already.</exception>
    public static IPipelineBuilder AddQueue(this IPipelineBuilder builder, string name, Action<QueueOptions>? configure = null)
    {
        var registry = PipelineBuilder.RegistryOf(builder);
        var key = registry.KeyOf(name);
        Declare(builder, registry, new QueueRegistration(name, services => services.GetRequiredKeyedService<IQueue>(key)), configure);
        return builder;
    }

    /// <summary>Gives the metadata by which values are written as JSON and read: contexts that were generated when the host was built.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="contexts">The contexts. The first that knows a type serves it.</param>
    /// <returns>The builder.</returns>
    /// <remarks>A type that none of them knows is read by reflection where the host allows that, and is an error at start where it does not.</remarks>
    public static IPipelineBuilder UseJson(this IPipelineBuilder builder, params IEnumerable<JsonSerializerContext> contexts)
    {
        ArgumentNullException.ThrowIfNull(contexts);
        PipelineBuilder.RegistryOf(builder).JsonContexts.AddRange(contexts);
        return builder;
    }

    private static void Declare(IPipelineBuilder builder, PipelineRegistry registry, QueueRegistration queue, Action<QueueOptions>? configure)
    {
        registry.Declare(queue);
        OptionsBinding.Add<QueueOptions>(
            builder.Services,
            registry,
            Sections.Queues,
            queue.Name,
            static (section, options) => section.Bind(options, OptionsBinding.Strictly),
            configure,
            options => _ = new QueueDefinition(queue.Name, options));
        builder.Services.AddKeyedSingleton(
            registry.KeyOf(queue.Name), (services, _) => services.GetRequiredPipelineService<IQueueProvider>(registry.Name).GetQueue(queue.Name));
    }
}
