using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Pipeline.Idempotency;

/// <summary>Reads an idempotency key, and makes of it what the answer is kept under.</summary>
internal static class IdempotencyKey
{
    public const int MaxLength = 255;

    private const char Quote = '"';
    private const char Escape = '\\';

    /// <summary>Reads a header: 1 to 255 visible ASCII characters, as they are or as a string of structured fields (RFC 9651), which is the same key.</summary>
    /// <returns>The key, or <see langword="null"/> if it is none.</returns>
    public static string? TryParse(string? header)
    {
        var key = header is [Quote, ..] ? Unquote(header) : header;
        return key is { Length: > 0 and <= MaxLength } && !key.AsSpan().ContainsAnyExceptInRange('!', '~') ? key : null;
    }

    /// <summary>
    /// What the answer is kept under: the key is the caller's own, and of this method and route. Neither the key nor the caller's name can be read from it.
    /// </summary>
    public static string Scope(HttpContext context, string key)
    {
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? context.Request.Path.Value;
        var caller = HttpCaller.KeyName(context) is { } name ? "key " + name
            : HttpCaller.User(context) is { } user ? "user " + user
            : "";
        return "http|" + HttpCaller.Hash(string.Join('\n', context.Request.Method, Encoded(route), Encoded(caller), key));
    }

    /// <summary>The caller's tenant, as a name that can be stored.</summary>
    public static string Tenant(HttpContext context) => HttpCaller.Part(HttpCaller.Tenant(context) ?? Steps.CallContext.DefaultTenant);

    // So that no two lists of values make one text.
    private static string Encoded(string? value) => Uri.EscapeDataString(value ?? "");

    private static string? Unquote(string quoted)
    {
        var text = new StringBuilder(quoted.Length);
        for (var i = 1; i < quoted.Length; i++)
        {
            if (quoted[i] == Quote)
            {
                return i == quoted.Length - 1 ? text.ToString() : null;
            }

            if (quoted[i] == Escape && (++i == quoted.Length || quoted[i] is not (Quote or Escape)))
            {
                return null;
            }

            text.Append(quoted[i]);
        }

        return null;
    }
}
