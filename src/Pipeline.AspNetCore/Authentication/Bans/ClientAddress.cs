using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Pipeline.Authentication;

/// <summary>An address as bans count it: an IPv4 address, or the first 64 bits of an IPv6 one, which are one customer's.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ClientAddress
{
    private const int MaxBytes = 16;

    private readonly ulong _bits;
    private readonly bool _isV6;

    private ClientAddress(ulong bits, bool isV6)
    {
        _bits = bits;
        _isV6 = isV6;
    }

    public static ClientAddress Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        address.TryWriteBytes(bytes, out _);
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return new(BinaryPrimitives.ReadUInt32BigEndian(bytes), isV6: false);
        }

        return address.IsIPv4MappedToIPv6
            ? new(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]), isV6: false)
            : new(BinaryPrimitives.ReadUInt64BigEndian(bytes), isV6: true);
    }

    /// <summary>The address, or the network with its prefix.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[MaxBytes];
        bytes.Clear();
        if (_isV6)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes, _bits);
            return $"{new IPAddress(bytes)}/64";
        }

        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)_bits);
        return new IPAddress(bytes[..4]).ToString();
    }
}
