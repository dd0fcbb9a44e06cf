using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Pipeline.Diagnostics;

namespace Pipeline.Telemetry;

/// <summary>A chat client whose calls are metered. As thread safe as the client inside.</summary>
internal sealed class MeteredChatClient : DelegatingChatClient
{
    private readonly ModelClientMeter _meter;
    private readonly ModelClient _client;

    public MeteredChatClient(IChatClient inner, ModelClientMeter meter)
        : base(inner)
    {
        _meter = meter;
        var metadata = inner.GetService(typeof(ChatClientMetadata)) as ChatClientMetadata;
        _client = new(GenAiConventions.Chat, metadata?.ProviderName, metadata?.ProviderUri, metadata?.DefaultModelId);
    }

    /// <inheritdoc/>
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var call = Begin(options, cancellationToken);
        try
        {
            var response = await base.GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false);
            call.Usage = response.Usage;
            call.ResponseModel = response.ModelId;
            Describe(call.Activity, response.ResponseId, response.FinishReason);
            return response;
        }
        catch (Exception e)
        {
            call.Error = e;
            throw;
        }
        finally
        {
            call.End();
        }
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var call = Begin(options, cancellationToken);
        var stream = new MeteredStream(call, () => base.GetStreamingResponseAsync(messages, options, cancellationToken), cancellationToken);
        await using (stream.ConfigureAwait(false))
        {
            while (await stream.MoveNextAsync().ConfigureAwait(false))
            {
                yield return stream.Current;

                // Whoever consumes the stream has made another span the current one.
                Activity.Current = call.Activity ?? Activity.Current;
            }
        }
    }

    internal static void Describe(Activity? activity, string? responseId, ChatFinishReason? finishReason)
    {
        activity?.SetTag(GenAiConventions.ResponseId, responseId);
        if (finishReason is { } reason)
        {
            activity?.SetTag(GenAiConventions.ResponseFinishReasons, (string[])[reason.Value]);
        }
    }

    private ModelCall Begin(ChatOptions? options, CancellationToken cancellationToken)
    {
        var call = new ModelCall(_meter, _client, options?.ModelId, cancellationToken);
        call.Activity?.SetTag(GenAiConventions.RequestMaxTokens, options?.MaxOutputTokens)
            .SetTag(GenAiConventions.RequestTemperature, options?.Temperature)
            .SetTag(GenAiConventions.RequestTopP, options?.TopP);
        return call;
    }
}
