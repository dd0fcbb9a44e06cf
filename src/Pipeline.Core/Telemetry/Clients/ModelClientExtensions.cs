using Microsoft.Extensions.AI;

namespace Pipeline.Telemetry;

/// <summary>Meters the calls of models.</summary>
public static class ModelClientExtensions
{
    /// <summary>
    /// Meters the calls of a chat client: tokens and durations (<c>gen_ai.client.token.usage</c>, <c>gen_ai.client.operation.duration</c>), a span for
    /// each, and what they use.
    /// </summary>
    /// <param name="client">The client. It is disposed with the one that is returned.</param>
    /// <param name="services">The services that the suite was added to.</param>
    /// <param name="name">The step's name in the records of calls outside of a step, 1 to 512 bytes of UTF-8.</param>
    /// <param name="suite">The suite's name; empty for the only or main one.</param>
    /// <returns>The metered client.</returns>
    /// <remarks>
    /// <para>
    /// A call that a step of the suite makes, itself or in what it calls and awaits, is reported to the step's run with the model that answered
    /// (<see cref="Steps.StepContext.ReportUsage(in TokenUsage, string?)"/>): the step does not report it again. Attempts that fail and are repeated are
    /// counted each for itself. Any other call, and one that ends after its step, has a telemetry record of its own, with the current tenant.
    /// </para>
    /// <para>
    /// Stands closest to the provider's client, inside whatever repeats calls or calls tools, so that each request is metered once. A stream is metered
    /// when its enumeration ends, also where it is left early or cancelled. What the client throws is recorded by its type, and thrown on unchanged.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no valid name.</exception>
    /// <exception cref="InvalidOperationException">There is no such suite among the services, or the client is metered already.</exception>
    public static IChatClient UsePipeline(this IChatClient client, IServiceProvider services, string name = "chat", string suite = "")
    {
        ArgumentNullException.ThrowIfNull(client);
        ThrowIfMetered(client.GetService(typeof(MeteredChatClient)));
        return new MeteredChatClient(client, new ModelClientMeter(services, name, suite));
    }

    /// <summary>Meters the calls of an embedding generator, as <see cref="UsePipeline(IChatClient, IServiceProvider, string, string)"/> does those of a chat client.</summary>
    /// <param name="generator">The generator. It is disposed with the one that is returned.</param>
    /// <param name="services">The services that the suite was added to.</param>
    /// <param name="name">The step's name in the records of calls outside of a step, 1 to 512 bytes of UTF-8.</param>
    /// <param name="suite">The suite's name; empty for the only or main one.</param>
    /// <returns>The metered generator.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is no valid name.</exception>
    /// <exception cref="InvalidOperationException">There is no such suite among the services, or the client is metered already.</exception>
    public static IEmbeddingGenerator<string, Embedding<float>> UsePipeline(
        this IEmbeddingGenerator<string, Embedding<float>> generator, IServiceProvider services, string name = "embed", string suite = "")
    {
        ArgumentNullException.ThrowIfNull(generator);
        ThrowIfMetered(generator.GetService(typeof(MeteredEmbeddingGenerator)));
        return new MeteredEmbeddingGenerator(generator, new ModelClientMeter(services, name, suite));
    }

    private static void ThrowIfMetered(object? inside)
    {
        if (inside is not null)
        {
            throw new InvalidOperationException("The client is metered already, and would count each call twice. Call UsePipeline once.");
        }
    }
}
