using System.Buffers;
using Pipeline.Backends;

namespace Pipeline.Authentication;

/// <summary>What the texts of API keys may look like. Problems never repeat the text: it can be a key that stands in the wrong place.</summary>
internal static class ApiKeyTexts
{
    public const int MaxKeyLength = 512;
    public const int MaxNameLength = 100;
    public const int MaxListLength = 100;
    public const string HashPrefix = "sha256:";

    // What JSON begins with in base64url, "{" and a quote or white space: each JWT's header does.
    private const string TokenStart = "ey";

    private static readonly SearchValues<char> NameChars =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private static readonly SearchValues<char> ScopeChars =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/");

    public static string? FindNameProblem(string? name) => IsOf(name, NameChars)
        ? null
        : $"the name is empty, too long or holds a character that it may not. Give 1 to {MaxNameLength} letters, digits, '-', '_', '.'.";

    public static string? FindScopeProblem(string? scope) => IsOf(scope, ScopeChars)
        ? null
        : $"a scope is empty, too long or holds a character that it may not. Give 1 to {MaxNameLength} letters, digits, '-', '_', '.', ':', '/'.";

    public static string? FindTenantProblem(string tenant) => StoredName.FindProblem(tenant) is null
        ? null
        : $"the tenant is empty, too long or holds control characters. Give 1 to {StoredName.MaxBytes} bytes of UTF-8, or leave it out.";

    public static string? FindKeyProblem(string key, int minLength)
    {
        if (key.Length < minLength)
        {
            return $"the key has {key.Length} characters. Give at least {minLength}, best made of 32 random bytes: openssl rand -hex 32.";
        }

        if (!CanBeKey(key))
        {
            return $"the key is longer than {MaxKeyLength} characters, or holds others than the visible ones of ASCII. Make another: openssl rand -hex 32.";
        }

        return LooksLikeToken(key) ? "the key has the form of a JSON Web Token, and those are never looked at as keys. Make another: openssl rand -hex 32." : null;
    }

    /// <summary>Whether a caller's text can be a key at all.</summary>
    public static bool CanBeKey(ReadOnlySpan<char> key) => key.Length is > 0 and <= MaxKeyLength && !key.ContainsAnyExceptInRange('!', '~');

    /// <summary>Whether a text has the form of a JSON Web Token: three parts between dots, or five, the first of which is JSON.</summary>
    public static bool LooksLikeToken(ReadOnlySpan<char> text) => text.StartsWith(TokenStart, StringComparison.Ordinal) && text.Count('.') is 2 or 4;

    private static bool IsOf(string? text, SearchValues<char> chars) =>
        text is { Length: > 0 and <= MaxNameLength } && !text.AsSpan().ContainsAnyExcept(chars);
}
