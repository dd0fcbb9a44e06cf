using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.Backends;
using Pipeline.Queues;
using Pipeline.Workers;

namespace Pipeline.DependencyInjection;

/// <summary>A worker that was declared.</summary>
internal sealed record WorkerRegistration(string Name, Action<IServiceProvider> Check) : ItemRegistration(Sections.Workers, Name, Check)
{
    private static readonly QueueWorkerOptionsValidator Validator = new();

    /// <summary>The queue that it works on.</summary>
    public required string Queue { get; init; }

    /// <summary>The section and the name of the chain or step that it runs; <see langword="null"/> where a class handles the messages.</summary>
    public (string Section, string Name)? Handler { get; init; }

    /// <exception cref="OptionsValidationException">A setting is out of range.</exception>
    public static void Judge(string name, QueueWorkerOptions options) => Validator.ThrowIfInvalid(name, options);

    public static QueueWorker Create(IServiceProvider services, PipelineRegistry registry, string name, string queue, IMessageHandler handler)
    {
        var options = services.GetRequiredService<IOptionsMonitor<QueueWorkerOptions>>().Get(registry.KeyOf(name));
        Judge(name, options);
        var target = services.GetRequiredPipelineService<IQueueProvider>(registry.Name).GetQueue(queue);
        return new QueueWorker(name, target, handler, options, services.GetRequiredService<WorkerServices>());
    }

    /// <summary>Finds how a chain or step handles the values of a queue.</summary>
    public static IMessageHandler CreateHandler(IServiceProvider services, PipelineRegistry registry, string section, string item, string queue)
    {
        var registration = registry.Find<HandlerRegistration>(section, item);
        return registration is not null
            ? registration.CreateHandler(services, queue)
            : throw new InvalidOperationException(
                $"A worker on queue '{queue}' asks for '{item}' in {section}, which is not declared. Declare it, or correct the name.");
    }

    /// <summary>The codec of a queue, if its values are what a chain or step takes.</summary>
    public static MessageCodec<T> CodecOf<T>(IServiceProvider services, PipelineRegistry registry, string queue, string handler) =>
        services.GetKeyedService<MessageCodec<T>>(registry.KeyOf(queue))
        ?? throw new InvalidOperationException(
            $"{handler} takes {typeof(T).Name}, but queue '{queue}' was not declared with that type. "
            + $"Declare it with AddQueue<{typeof(T).Name}>(\"{queue}\"), or give the worker another queue.");
}
