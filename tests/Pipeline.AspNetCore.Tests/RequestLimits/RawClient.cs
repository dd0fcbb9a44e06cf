using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pipeline.RequestLimits;

/// <summary>Speaks HTTP/1.1 as it is written, right or wrong.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _client = new();

    private RawClient()
    {
    }

    /// <summary>Connects.</summary>
    public static async Task<RawClient> ConnectAsync(IPEndPoint server)
    {
        var raw = new RawClient();
        await raw._client.ConnectAsync(server);
        return raw;
    }

    /// <summary>Sends a request and reads all that comes until the server closes.</summary>
    public static async Task<string> AskAsync(IPEndPoint server, params string[] parts)
    {
        using var raw = await ConnectAsync(server);
        foreach (var part in parts)
            await raw.SendAsync(part);
        return await raw.ReadToEndAsync();
    }

    /// <summary>A POST of JSON with a length, after which the server closes.</summary>
    public static string Post(string path, string body, string headers = "Content-Type: application/json\r\n") =>
        $"POST {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n{headers}Content-Length: {Encoding.Latin1.GetByteCount(body)}\r\n\r\n{body}";

    /// <summary>The head of a chunked POST of JSON, after which the server closes.</summary>
    public static string PostChunked(string path) =>
        $"POST {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";

    /// <summary>One chunk.</summary>
    public static string Chunk(string text) => $"{Encoding.Latin1.GetByteCount(text):x}\r\n{text}\r\n";

    /// <summary>Sends text, each character as one byte.</summary>
    public async Task SendAsync(string text)
    {
        await _client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text));
        await _client.GetStream().FlushAsync();
    }

    /// <summary>Reads all that comes until the server closes.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var all = new MemoryStream();
        try
        {
            await _client.GetStream().CopyToAsync(all);
        }
        catch (IOException)
        {
            // The server closed before it had read everything. What it said has been read.
        }

        return Encoding.Latin1.GetString(all.ToArray());
    }

    public void Dispose() => _client.Dispose();
}
