using System.Text.Json.Serialization;

namespace Pipeline.Caching.Keys;

/// <summary>JSON that is written as it stands, as a converter of a user's own may do.</summary>
[JsonConverter(typeof(RawTextConverter))]
internal sealed record RawText(byte[] Json)
{
    public RawText(string json)
        : this(System.Text.Encoding.UTF8.GetBytes(json))
    {
    }
}
