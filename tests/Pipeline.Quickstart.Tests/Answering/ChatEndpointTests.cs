using System.Net;
using System.Text;
using System.Text.Json;
using FluentAssertions;
using Microsoft.Extensions.AI;
using Xunit;

namespace Quickstart.Answering;

/// <summary>Over real HTTP, against an emulator of the one call that is used.</summary>
public sealed class ChatEndpointTests : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Uri _address;
    private string _request = "";
    private string? _authorization;

    public ChatEndpointTests()
    {
        var port = Random.Shared.Next(20_000, 30_000);
        _address = new Uri($"http://127.0.0.1:{port}/v1");
        _listener.Prefixes.Add($"{_address}/");
        _listener.Start();
    }

    [Fact]
    public async Task It_sends_the_messages_and_reads_the_answer_with_its_tokens()
    {
        var serving = ServeAsync(
            HttpStatusCode.OK,
            """{"model":"m-2","choices":[{"message":{"role":"assistant","content":"On one leg."}}],"usage":{"prompt_tokens":12,"completion_tokens":4,"total_tokens":16,"prompt_tokens_details":{"cached_tokens":8}}}""");
        using var client = new ChatEndpoint(new ModelEndpoint(_address, "m"), "secret");

        var response = await client.GetResponseAsync([new(ChatRole.System, "Be brief."), new(ChatRole.User, "Where?")]);
        await serving;

        response.Text.Should().Be("On one leg.");
        response.ModelId.Should().Be("m-2");
        response.Usage.Should().BeEquivalentTo(new { InputTokenCount = 12L, OutputTokenCount = 4L, TotalTokenCount = 16L, CachedInputTokenCount = 8L });
        _authorization.Should().Be("Bearer secret");
        using var sent = JsonDocument.Parse(_request);
        sent.RootElement.GetProperty("model").GetString().Should().Be("m");
        sent.RootElement.GetProperty("messages").EnumerateArray().Select(one => (one.GetProperty("role").GetString(), one.GetProperty("content").GetString()))
            .Should().Equal(("system", "Be brief."), ("user", "Where?"));
    }

    [Fact]
    public async Task A_refusal_of_the_endpoint_is_an_error()
    {
        var serving = ServeAsync(HttpStatusCode.Unauthorized, "{}");
        using var client = new ChatEndpoint(new ModelEndpoint(_address, "m"), key: null);

        await client.Awaiting(one => one.GetResponseAsync([new(ChatRole.User, "Where?")])).Should().ThrowAsync<HttpRequestException>();
        await serving;
        _authorization.Should().BeNull();
    }

    [Fact]
    public async Task An_answer_of_another_protocol_is_an_error_with_the_mend()
    {
        var serving = ServeAsync(HttpStatusCode.OK, """{"answer":"On one leg."}""");
        using var client = new ChatEndpoint(new ModelEndpoint(_address, "m"), key: null);

        await client.Awaiting(one => one.GetResponseAsync([new(ChatRole.User, "Where?")]))
            .Should().ThrowAsync<InvalidDataException>().WithMessage("*Give the address of one that speaks OpenAI's chat protocol.");
        await serving;
    }

    public void Dispose() => _listener.Close();

    private async Task ServeAsync(HttpStatusCode status, string reply)
    {
        var context = await _listener.GetContextAsync();
        using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
        _request = await reader.ReadToEndAsync();
        _authorization = context.Request.Headers["Authorization"];
        context.Request.Url!.AbsolutePath.Should().Be("/v1/chat/completions");
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "application/json";
        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(reply));
        context.Response.Close();
    }
}
