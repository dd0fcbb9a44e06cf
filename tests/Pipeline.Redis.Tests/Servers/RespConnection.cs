using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Pipeline.Redis.Servers;

/// <summary>A connection that sends one command at a time: what the fixtures steer servers with, apart from the client under test.</summary>
/// <remarks>A reply is a <see cref="string"/>, a <see cref="long"/>, an array of replies, or null. Not thread-safe.</remarks>
public sealed class RespConnection : IDisposable
{
    private readonly Stream _stream;
    private readonly StreamReader _reader;

    private RespConnection(Stream stream)
    {
        _stream = stream;

        // One char a byte, so that the length of a bulk string counts chars, too.
        _reader = new StreamReader(stream, Encoding.Latin1);
    }

    /// <summary>Connects, and authenticates where there is a password.</summary>
    /// <param name="endPoint">The server.</param>
    /// <param name="password">The password of the default user, or null.</param>
    /// <param name="authority">The authority whose certificates are trusted, which makes the connection a TLS one; or null.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SocketException">Nothing listens there.</exception>
    public static async Task<RespConnection> ConnectAsync(
        IPEndPoint endPoint, string? password = null, X509Certificate2? authority = null, CancellationToken cancellationToken = default)
    {
        var client = new TcpClient { NoDelay = true };
        try
        {
            await client.ConnectAsync(endPoint, cancellationToken);
            Stream stream = client.GetStream();
            if (authority is not null)
                stream = await SecureAsync(stream, endPoint, authority, cancellationToken);

            var connection = new RespConnection(stream);
            if (password is not null)
                await connection.ExecuteAsync(["AUTH", password], cancellationToken);
            return connection;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Sends a command and returns its reply.</summary>
    /// <exception cref="RespException">The server replied an error.</exception>
    /// <exception cref="IOException">The connection was lost.</exception>
    public async Task<object?> ExecuteAsync(IReadOnlyList<string> command, CancellationToken cancellationToken = default)
    {
        var request = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"*{command.Count}\r\n"));
        foreach (var argument in command)
            request.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(argument)}\r\n{argument}\r\n");
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(request.ToString()), cancellationToken);
        return await ReadAsync(cancellationToken);
    }

    public void Dispose() => _reader.Dispose();

    private static async Task<Stream> SecureAsync(Stream stream, IPEndPoint endPoint, X509Certificate2 authority, CancellationToken cancellationToken)
    {
        var secure = new SslStream(stream);
        await secure.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = endPoint.Address.ToString(),
                RemoteCertificateValidationCallback = (_, certificate, _, _) => TestCertificates.IsSignedBy(certificate, authority),
            },
            cancellationToken);
        return secure;
    }

    private async Task<object?> ReadAsync(CancellationToken cancellationToken)
    {
        var line = await _reader.ReadLineAsync(cancellationToken) ?? throw new IOException("The server closed the connection.");
        var rest = line[1..];
        switch (line[0])
        {
            case '+':
                return rest;
            case '-':
                throw new RespException(rest);
            case ':':
                return long.Parse(rest, CultureInfo.InvariantCulture);
            case '$':
                return await ReadBulkAsync(int.Parse(rest, CultureInfo.InvariantCulture), cancellationToken);
            case '*':
                return await ReadArrayAsync(int.Parse(rest, CultureInfo.InvariantCulture), cancellationToken);
            default:
                throw new IOException($"A reply began with '{line[0]}'.");
        }
    }

    private async Task<string?> ReadBulkAsync(int length, CancellationToken cancellationToken)
    {
        if (length < 0)
            return null;

        // The line break after the bytes is read with them.
        var chars = new char[length + 2];
        var read = await _reader.ReadBlockAsync(chars, cancellationToken);
        return read == chars.Length
            ? Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(chars, 0, length))
            : throw new IOException("The server closed the connection.");
    }

    private async Task<object?[]?> ReadArrayAsync(int length, CancellationToken cancellationToken)
    {
        if (length < 0)
            return null;

        var items = new object?[length];
        for (var i = 0; i < length; i++)
            items[i] = await ReadAsync(cancellationToken);
        return items;
    }
}
