using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Authentication;

/// <summary>The SHA-256 of an API key, by which keys are kept, looked up and compared.</summary>
/// <remarks>
/// A fast hash is right here. A slow one (PBKDF2, Argon2) makes up for passwords that people choose; a key has more than 128 bits of chance, so nobody finds it from its hash
/// however fast that is, while a slow hash on each request would be an invitation to bring the server down. How long a look-up takes tells something of the hash at
/// most, which the caller cannot steer; the comparison itself takes the same time wherever two hashes differ.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct KeyHash : IEquatable<KeyHash>
{
    public const int Bytes = SHA256.HashSizeInBytes;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    /// <param name="key">The key, in visible ASCII, at most <see cref="ApiKeyTexts.MaxKeyLength"/> long.</param>
    public static KeyHash Of(ReadOnlySpan<char> key)
    {
        Span<byte> bytes = stackalloc byte[ApiKeyTexts.MaxKeyLength];
        Span<byte> hash = stackalloc byte[Bytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(key, bytes)], hash);
        return MemoryMarshal.Read<KeyHash>(hash);
    }

    /// <summary>Reads 64 hexadecimal digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> hex, out KeyHash hash)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        if (hex.Length != Bytes * 2 || Convert.FromHexString(hex, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            hash = default;
            return false;
        }

        hash = MemoryMarshal.Read<KeyHash>(bytes);
        return true;
    }

    public bool Equals(KeyHash other) => CryptographicOperations.FixedTimeEquals(AsBytes(in this), AsBytes(in other));

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is KeyHash other && Equals(other);

    public override int GetHashCode() => (int)_a;

    /// <summary>64 hexadecimal digits, in lower case.</summary>
    public override string ToString() => Convert.ToHexStringLower(AsBytes(in this));

    private static ReadOnlySpan<byte> AsBytes(in KeyHash hash) => MemoryMarshal.AsBytes(new ReadOnlySpan<KeyHash>(in hash));
}
