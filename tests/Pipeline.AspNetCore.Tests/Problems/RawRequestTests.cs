using System.Net.Sockets;
using System.Text;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Pipeline.Fixtures;
using Xunit;

namespace Pipeline.Problems;

/// <summary>What no client library would send: always a clear refusal, never a 500.</summary>
public sealed class RawRequestTests
{
    public static TheoryData<string, string, int> Requests => new()
    {
        { "a header of 40 kB", $"GET / HTTP/1.1\r\nHost: a\r\nX-Bomb: {new string('x', 40_000)}\r\n\r\n", 431 },
        { "a thousand headers", $"GET / HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Range(0, 1_000).Select(static i => $"X-{i}: 1\r\n"))}\r\n", 431 },
        { "a path of 10 kB", $"GET /{new string('x', 10_000)} HTTP/1.1\r\nHost: a\r\n\r\n", 414 },
        { "no host", "GET / HTTP/1.1\r\n\r\n", 400 },
        { "two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400 },
        { "a negative length", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400 },
        { "a length and chunks", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: gzip\r\n\r\n", 400 },
        { "a NUL in a header", "GET / HTTP/1.1\r\nHost: a\r\nX-Nul: a\0b\r\n\r\n", 400 },
        { "no HTTP at all", "hello\r\n\r\n", 400 },
        { "a chunk that is none", "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400 },
        { "an id that would split the answer", "GET / HTTP/1.1\r\nHost: a\r\nX-Request-ID: a\rX-Evil: 1\r\n\r\n", 400 },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Malformed_HTTP_is_refused(string what, string request, int status)
    {
        await using var server = await WebServer.StartAsync(static app =>
        {
            app.MapGet("/", static () => "x");
            app.MapPost("/", static (Dictionary<string, string> input) => input.Count);
        });

        var answer = await SendAsync(server, request);

        answer.Should().StartWith($"HTTP/1.1 {status} ", what).And.NotContain("   at ");
        server.Log.Events.Should().NotContain(static e => e.Level >= LogLevel.Error);
    }

    private static async Task<string> SendAsync(WebServer server, string request)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.EndPoint);
        await using var stream = new NetworkStream(socket);
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        }
        catch (IOException)
        {
            // It was refused before it was read to the end.
        }

        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (!answer.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer);
            if (count == 0)
                break;
            answer.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        return answer.ToString();
    }
}
