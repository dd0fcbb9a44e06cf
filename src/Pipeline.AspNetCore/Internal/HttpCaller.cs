using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Pipeline.Authentication;

namespace Pipeline;

/// <summary>Who makes a request, as parts of a key: claims that it was authenticated with, and its address.</summary>
internal static class HttpCaller
{
    private const int LongestPart = 64;
    private const int NetworkBytes = 8;
    private const char HashMark = '#';

    // Visible ASCII without '|', which parts the parts.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{}~");

    public static string? KeyName(HttpContext context) => Claim(context, PipelineClaims.KeyName);

    public static string? Tenant(HttpContext context) => Claim(context, PipelineClaims.Tenant);

    public static string? User(HttpContext context) => Claim(context, ClaimTypes.NameIdentifier);

    /// <summary>The address of the client: one IPv4 address, or the /64 that an IPv6 client has to itself.</summary>
    public static string Address(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } address)
        {
            return "unknown";
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4().ToString() : Network(address);
    }

    /// <summary>A value as part of a key: itself, or its hash where it is long or holds what keys must not. Two values never become one.</summary>
    public static string Part(string value) =>
        value.Length is > 0 and <= LongestPart && value[0] != HashMark && !value.AsSpan().ContainsAnyExcept(Plain) ? value : HashMark + Hash(value);

    /// <summary>A hash as text: 43 characters.</summary>
    public static string Hash(string value)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(value.Length));
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes.AsSpan(0, Encoding.UTF8.GetBytes(value, bytes)), hash);
        ArrayPool<byte>.Shared.Return(bytes);
        return Base64Url.EncodeToString(hash);
    }

    private static string? Claim(HttpContext context, string type)
    {
        var user = context.User;
        return user.Identity is { IsAuthenticated: true } && user.FindFirst(type)?.Value is { Length: > 0 } value ? value : null;
    }

    private static string Network(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[NetworkBytes..].Clear();
        return new IPAddress(bytes).ToString();
    }
}
