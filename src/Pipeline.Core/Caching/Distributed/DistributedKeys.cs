using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Caching;

/// <summary>The keys under which things of one kind stand in a distributed cache.</summary>
/// <param name="prefix">What all keys of the suite begin with.</param>
/// <param name="kind">The kind, one letter.</param>
internal sealed class DistributedKeys(string prefix, char kind)
{
    // With the longest prefix it still fits where keys are shortest: 449 characters, on SQL Server.
    private const int MaxPlainBytes = 256;

    private readonly string _plain = $"{prefix}{kind}:";
    private readonly string _hashed = $"{prefix}{kind}#:";

    /// <summary>Finds where the thing with a name stands.</summary>
    public string Of(string name)
    {
        var bytes = Encoding.UTF8.GetByteCount(name);
        if (bytes <= MaxPlainBytes)
        {
            return _plain + name;
        }

        Span<byte> text = stackalloc byte[bytes];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Encoding.UTF8.GetBytes(name, text);
        SHA256.HashData(text, hash);
        return _hashed + Base64Url.EncodeToString(hash);
    }
}
