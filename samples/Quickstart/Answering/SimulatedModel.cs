using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Quickstart.Display;

namespace Quickstart.Answering;

/// <summary>
/// Stands in for a language model where no endpoint is given: it takes its time, counts tokens, and quotes the passage that comes first.
/// </summary>
internal sealed class SimulatedModel(TimeProvider time) : IChatClient
{
    public const string Id = "simulated";

    private const int CharactersPerToken = 4;

    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(250);
    private static readonly ChatClientMetadata Metadata = new("simulated", defaultModelId: Id);

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        await Task.Delay(Delay, time, cancellationToken);
        var asked = messages.Where(message => message.Role == ChatRole.User).Select(message => message.Text).ToList();
        var answer = $"The documents say: \"{Excerpt.Of(asked[0], asked[^1])}\"";
        var (input, output) = (asked.Sum(text => text.Length) / CharactersPerToken, answer.Length / CharactersPerToken);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, answer))
        {
            ModelId = Id,
            Usage = new UsageDetails { InputTokenCount = input, OutputTokenCount = output, TotalTokenCount = input + output },
        };
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
        {
            yield return update;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(ChatClientMetadata) ? Metadata
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public void Dispose()
    {
        // There is nothing to let go; the interface asks for it.
    }
}
