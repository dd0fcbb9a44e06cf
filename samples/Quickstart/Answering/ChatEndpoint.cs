using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Quickstart.Answering;

/// <summary>Asks an endpoint that speaks OpenAI's chat protocol. The sample's own, because the official client is not in every package source.</summary>
internal sealed class ChatEndpoint : IChatClient
{
    private readonly HttpClient _http;
    private readonly ChatClientMetadata _metadata;
    private readonly string _model;

    /// <param name="endpoint">Where.</param>
    /// <param name="key">What goes into the Authorization header; <see langword="null"/> for none.</param>
    public ChatEndpoint(ModelEndpoint endpoint, string? key)
    {
        _model = endpoint.Model;
        _http = new HttpClient { BaseAddress = new Uri(endpoint.Address.AbsoluteUri.TrimEnd('/') + "/") };
        _metadata = new ChatClientMetadata("openai", endpoint.Address, endpoint.Model);
        if (key is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new("Bearer", key);
        }
    }

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var request = new EndpointRequest(_model, [.. messages.Select(message => new EndpointMessage(message.Role.Value, message.Text))]);
        using var response = await _http.PostAsJsonAsync("chat/completions", request, EndpointJson.Default.EndpointRequest, cancellationToken);
        response.EnsureSuccessStatusCode();
        var reply = await response.Content.ReadFromJsonAsync(EndpointJson.Default.EndpointReply, cancellationToken);
        if (reply?.Choices is not [{ Message.Content: { } text }, ..])
        {
            throw new InvalidDataException("The endpoint's answer has no choice with a message. Give the address of one that speaks OpenAI's chat protocol.");
        }

        return new ChatResponse(new ChatMessage(ChatRole.Assistant, text))
        {
            ModelId = reply.Model ?? _model,
            Usage = reply.Usage is not { } usage ? null : new UsageDetails
            {
                InputTokenCount = usage.PromptTokens,
                OutputTokenCount = usage.CompletionTokens,
                TotalTokenCount = usage.TotalTokens,
                CachedInputTokenCount = usage.PromptTokensDetails?.CachedTokens,
            },
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
        : serviceType == typeof(ChatClientMetadata) ? _metadata
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public void Dispose() => _http.Dispose();
}
