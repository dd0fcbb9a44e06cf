using System.Text;
using System.Text.Json;

namespace Pipeline.Caching.Keys;

/// <summary>Short ways to the key, and to the canonical JSON, of a text.</summary>
internal static class Key
{
    public static string Of(string json) => Of(new RawText(json));

    public static string Of(RawText json) => CacheKey.From(json, KeyContext.Default.RawText, "answer", tenant: "default");

    public static string OfElement(string json)
    {
        using var document = JsonDocument.Parse(json, new() { MaxDepth = 200 });
        return CacheKey.From(document.RootElement, KeyContext.Default.JsonElement, "answer", tenant: "default");
    }

    public static string CanonicalOf(string json)
    {
        var source = new KeyBuffer();
        source.Add(Encoding.UTF8.GetBytes(json));
        var output = new KeyBuffer();
        new CanonicalJson(source).Write(output);
        return Encoding.UTF8.GetString(output.Written);
    }
}
