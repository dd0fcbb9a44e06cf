using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Pipeline.RequestLimits;

namespace Pipeline.Idempotency;

/// <summary>What tells one request from another: SHA-256 over method, path, query, content type and body.</summary>
internal static class RequestFingerprint
{
    /// <summary>Computes it. The body stays for the endpoint to read.</summary>
    /// <exception cref="BadHttpRequestException">The body is too large, or did not arrive in time.</exception>
    public static async ValueTask<string> ComputeAsync(HttpContext context)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var request = context.Request;
        Append(hash, request.Method);
        Append(hash, request.PathBase.Value);
        Append(hash, request.Path.Value);
        Append(hash, request.QueryString.Value);
        Append(hash, request.ContentType);
        await AppendBodyAsync(hash, context).ConfigureAwait(false);
        return Text(hash);
    }

    private static string Text(IncrementalHash hash)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(bytes);
        return Base64Url.EncodeToString(bytes);
    }

    // Each text with its length before it, so that no two requests make one.
    private static void Append(IncrementalHash hash, string? text)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(sizeof(int) + Encoding.UTF8.GetMaxByteCount(text?.Length ?? 0));
        var length = Encoding.UTF8.GetBytes(text, bytes.AsSpan(sizeof(int)));
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        hash.AppendData(bytes, 0, sizeof(int) + length);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    private static async ValueTask AppendBodyAsync(IncrementalHash hash, HttpContext context)
    {
        var body = PeekedBody.Of(context);
        while (true)
        {
            var read = await body.Reader.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            if (read.IsCompleted)
            {
                foreach (var part in read.Buffer)
                {
                    hash.AppendData(part.Span);
                }
            }

            body.Reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
            {
                body.Restore();
                return;
            }
        }
    }
}
