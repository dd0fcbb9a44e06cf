using System.Runtime.InteropServices;
using System.Text.Json;

namespace Pipeline.Caching;

/// <summary>A token of a JSON text that was read, and where what follows it begins.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="IsUnescaped">Whether its text was unescaped into a buffer of its own, rather than standing in the JSON as it is.</param>
/// <param name="Start">Where its text begins, without quotes.</param>
/// <param name="Length">How long its text is.</param>
[StructLayout(LayoutKind.Auto)]
internal record struct JsonPart(JsonTokenType Kind, bool IsUnescaped, int Start, int Length)
{
    /// <summary>The index of the part after this value and all that is inside.</summary>
    public int Next { get; set; }
}
