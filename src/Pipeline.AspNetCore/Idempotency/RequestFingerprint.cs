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
    public static async Task<string> ComputeAsync(HttpContext context)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var request = context.Request;
        Append(hash, request.Method);
        Append(hash, request.PathBase.Value);
        Append(hash, request.Path.Value);
        Append(hash, request.QueryString.Value);
        Append(hash, request.ContentType);
        await AppendBodyAsync(hash, context).ConfigureAwait(false);
        return Base64Url.EncodeToString(hash.GetHashAndReset());
    }

    // Each text with its length before it, so that no two requests make one.
    private static void Append(IncrementalHash hash, string? text)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        var bytes = Encoding.UTF8.GetBytes(text ?? "");
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }

    private static async Task AppendBodyAsync(IncrementalHash hash, HttpContext context)
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
