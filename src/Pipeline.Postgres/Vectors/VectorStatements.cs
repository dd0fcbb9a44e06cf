using System.Collections.Concurrent;
using System.Globalization;
using Pipeline.Backends;

namespace Pipeline.Vectors;

/// <summary>
/// The statements on items. Each names its version's number and dimension instead of taking them as parameters, since only so the planner sees the one
/// partition and its index: a text for each version, and so a prepared statement. Thread safe.
/// </summary>
internal sealed class VectorStatements(PostgresConnection connection)
{
    private readonly ConcurrentDictionary<(string File, int Version, bool HasFilter, bool HasIds, PostgresVectorSql Sql), string> _texts = new();

    public string Get(string file, KnownVectorVersion version, PostgresVectorSql sql, bool hasFilter = false, bool hasIds = false) =>
        _texts.GetOrAdd(
            (file, version.Id, hasFilter, hasIds, sql),
            static (key, made) => Make(made.Sql[key.File], made.Version, key.Sql, key.HasFilter, key.HasIds),
            (connection.Sql, Version: version));

    /// <summary>Forgets a version that is gone.</summary>
    public void Forget(int version)
    {
        foreach (var (key, _) in _texts)
        {
            if (key.Version == version)
            {
                _texts.TryRemove(key, out _);
            }
        }
    }

    private static string Make(string text, KnownVectorVersion version, PostgresVectorSql sql, bool hasFilter, bool hasIds)
    {
        var definition = version.Definition;
        text = text
            .Replace("{version}", version.Id.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{dimension}", definition.Dimension.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{score}", sql.Score(definition.Distance, "i.vector", "$2"), StringComparison.Ordinal);
        if (text.Contains("{order}", StringComparison.Ordinal))
        {
            text = text.Replace("{order}", sql.IndexOrder(definition.Distance, definition.Dimension, "i.vector", "$2"), StringComparison.Ordinal);
        }

        text = ReplaceWithParameter(text, "{and filter ", hasFilter, "AND i.payload @@ ", "");
        text = ReplaceWithParameter(text, "{filtered ", hasFilter, "FILTER (WHERE i.payload @@ ", ")");
        return ReplaceWithParameter(text, "{and ids ", hasIds, "AND i.id = ANY (", ")");
    }

    /// <summary>Replaces each place of a condition, such as <c>{and filter $6}</c>, by the condition, or by nothing.</summary>
    private static string ReplaceWithParameter(string text, string opening, bool isThere, string before, string after)
    {
        for (var start = text.IndexOf(opening, StringComparison.Ordinal); start >= 0; start = text.IndexOf(opening, StringComparison.Ordinal))
        {
            var end = text.IndexOf('}', start);
            var parameter = text[(start + opening.Length)..end];
            text = string.Concat(text.AsSpan(0, start), isThere ? before + parameter + after : "", text.AsSpan(end + 1));
        }

        return text;
    }
}
