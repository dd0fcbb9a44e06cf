using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Backends;
using Pipeline.Steps;

namespace Pipeline.Caching;

/// <summary>Makes canonical cache keys: equal requests have equal keys, on every machine and whatever the order of their properties.</summary>
/// <remarks>
/// <para>The key is the SHA-256 of canonical JSON: the Canonicalization Scheme of RFC 8785, except that numbers are exact instead of being
/// rounded to a double. The hashed text is described in <c>docs/formats.md</c>, "Cache key, version 1".</para>
/// <para>What counts is the input's JSON, as its metadata writes it. The order of properties and of a dictionary's entries, white space, and
/// how a number or a string is spelt make no difference (<c>1</c>, <c>1.0</c> and <c>10e-1</c> are one number); the order of a list, the
/// letter case and the Unicode normal form of a string do. What is not written, such as an ignored property, is not part of the key.</para>
/// <para>Thread safe.</para>
/// </remarks>
public static class CacheKey
{
    /// <summary>The greatest size of an input's JSON: 16 MiB.</summary>
    public const int MaxInputBytes = 16 * 1024 * 1024;

    /// <summary>How deeply an input's JSON may be nested: 128 levels.</summary>
    public const int MaxDepth = 128;

    /// <summary>The version of the text that is hashed, which it begins with: 1.</summary>
    public const int Version = 1;

    /// <summary>Makes the key of a request.</summary>
    /// <typeparam name="TIn">The type of the input.</typeparam>
    /// <param name="input">The input, which may be <see langword="null"/>.</param>
    /// <param name="typeInfo">How the input is written as JSON.</param>
    /// <param name="step">What makes the value: the name of the step, 1 to 512 bytes of UTF-8.</param>
    /// <param name="stepVersion">
    /// The version of what makes the value (of a prompt, for instance), so that a new one does not find the old one's values;
    /// <see langword="null"/> for none, which is not the same as empty.
    /// </param>
    /// <param name="model">The model that makes the value; <see langword="null"/> for none, which is not the same as empty.</param>
    /// <param name="tenant">
    /// The tenant, 1 to 512 bytes of UTF-8; <see langword="null"/>, the default, for that of <see cref="CallContext.Current"/>.
    /// </param>
    /// <param name="scope">Who shares the value. With <see cref="CacheScope.Shared"/> the tenant is not looked at.</param>
    /// <returns>The key: 43 characters of ASCII (letters, digits, <c>-</c> and <c>_</c>).</returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="step"/> or <paramref name="tenant"/> is no valid name; <paramref name="stepVersion"/> or <paramref name="model"/> is
    /// not well-formed Unicode; or the JSON of <paramref name="input"/> is larger than <see cref="MaxInputBytes"/>, nested deeper than
    /// <see cref="MaxDepth"/>, has one property twice, a string that is not well-formed Unicode, or a number with an exponent of more than
    /// 15 digits.
    /// </exception>
    /// <exception cref="NotSupportedException"><paramref name="typeInfo"/> cannot write <paramref name="input"/>.</exception>
    public static string From<TIn>(
        TIn input,
        JsonTypeInfo<TIn> typeInfo,
        string step,
        string? stepVersion = null,
        string? model = null,
        string? tenant = null,
        CacheScope scope = CacheScope.Tenant)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        StoredName.ThrowIfInvalid(step);
        var text = CacheKeyText.Rent();
        try
        {
            text.Begin(Version);
            text.Append(TenantOf(tenant, scope), nameof(tenant));
            text.Append(step, nameof(step));
            text.Append(stepVersion, nameof(stepVersion));
            text.Append(model, nameof(model));
            text.AppendInput(input, typeInfo);
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(text.End(), hash);
            return Base64Url.EncodeToString(hash);
        }
        finally
        {
            CacheKeyText.Return(text);
        }
    }

    private static string? TenantOf(string? tenant, CacheScope scope)
    {
        switch (scope)
        {
            case CacheScope.Shared:
                return null;
            case CacheScope.Tenant when tenant is null:
                return CallContext.Current.Tenant;
            case CacheScope.Tenant:
                StoredName.ThrowIfInvalid(tenant);
                return tenant;
            default:
                throw new ArgumentOutOfRangeException(nameof(scope), scope, "There is no such scope. Give Tenant or Shared.");
        }
    }
}
