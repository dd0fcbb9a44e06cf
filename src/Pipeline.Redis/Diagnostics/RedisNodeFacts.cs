using System.Globalization;

namespace Pipeline.Diagnostics;

/// <summary>What one primary tells of itself with <c>INFO</c>.</summary>
internal sealed class RedisNodeFacts
{
    private readonly Dictionary<string, string> _fields;

    public RedisNodeFacts(string name, string info)
    {
        Name = name;
        _fields = info.Split('\n', StringSplitOptions.TrimEntries)
            .Select(static line => line.Split(':', 2))
            .Where(static parts => parts.Length == 2)
            .GroupBy(static parts => parts[0], StringComparer.Ordinal)
            .ToDictionary(static field => field.Key, static field => field.Last()[1], StringComparer.Ordinal);
    }

    /// <summary>What the doctor calls the server.</summary>
    public string Name { get; }

    /// <summary>A field; null where the server does not have it, as some managed ones do not.</summary>
    public string? Text(string field) => _fields.GetValueOrDefault(field);

    public long? Number(string field) => long.TryParse(Text(field), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;
}
