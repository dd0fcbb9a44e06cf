using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Pipeline.Telemetry;

/// <summary>A provider: it answers with what it was given, in so many updates, and fails where it is told to.</summary>
internal sealed class FakeChatClient : IChatClient
{
    public ChatClientMetadata? Metadata { get; init; } = new("openai", new Uri("https://example.com:8443/v1"), "big");

    public string? ResponseModel { get; set; } = "big-2024-08-06";

    public UsageDetails? Usage { get; set; } = new() { InputTokenCount = 1_000_000, OutputTokenCount = 0, TotalTokenCount = 1_000_000 };

    /// <summary>What a streamed answer says of its usage, update by update.</summary>
    public IReadOnlyList<UsageDetails?>? StreamedUsage { get; set; }

    public Exception? Failure { get; set; }

    public Exception? DisposalFailure { get; set; }

    public Func<Task> Before { get; set; } = () => Task.CompletedTask;

    public bool IsDisposed { get; private set; }

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        await Before();
        cancellationToken.ThrowIfCancellationRequested();
        return Failure is null
            ? new ChatResponse(new ChatMessage(ChatRole.Assistant, "because"))
            {
                ModelId = ResponseModel, Usage = Usage, ResponseId = "r-1", FinishReason = ChatFinishReason.Stop,
            }
            : throw Failure;
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var end = new End(DisposalFailure);
        foreach (var usage in StreamedUsage ?? [null, Usage])
        {
            await Before();
            cancellationToken.ThrowIfCancellationRequested();
            var update = new ChatResponseUpdate(ChatRole.Assistant, "be") { ModelId = ResponseModel, ResponseId = "r-1" };
            if (usage is not null)
            {
                update.Contents.Add(new UsageContent(usage));
            }

            yield return update;
        }

        if (Failure is not null)
        {
            throw Failure;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(ChatClientMetadata) ? Metadata : null;

    public void Dispose() => IsDisposed = true;

    private sealed class End(Exception? failure) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => failure is null ? default : ValueTask.FromException(failure);
    }
}
