using System.Globalization;
using System.Reflection;
using System.Text;

namespace Pipeline.Backends;

/// <summary>The schema that holds the suite's tables, and the script that makes it.</summary>
/// <remarks>Thread safe.</remarks>
public static class PostgresSchema
{
    /// <summary>The schema's name where none is given: <c>pipeline</c>.</summary>
    public const string DefaultName = "pipeline";

    internal const int MostNameLength = 40;

    // Channels and tables have names within the schema's, and a name has at most 63 bytes.
    private const int MostSuiteLength = 48;
    private const string Folder = "Migrations/";

    private static readonly PostgresMigration[] Migrations =
        [.. typeof(PostgresSchema).Assembly.GetManifestResourceNames()
            .Where(static name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(static name => new PostgresMigration(int.Parse(name.AsSpan(Folder.Length, 3), CultureInfo.InvariantCulture), Path.GetFileNameWithoutExtension(name), name))
            .OrderBy(static migration => migration.Version)];

    /// <summary>The version of the schema that this package works with.</summary>
    public static int Version => Migrations[^1].Version;

    /// <summary>
    /// Makes the script that creates the schema, or brings an older one to this version. It may be run again, and by several at once. The start
    /// runs the same one.
    /// </summary>
    /// <param name="schema">The schema's name, as in <see cref="PostgresOptions.Schema"/>; for a suite with a name <c>pipeline_name</c>.</param>
    /// <returns>The script, one transaction, for <c>psql</c> or any other client.</returns>
    /// <exception cref="ArgumentException"><paramref name="schema"/> is not the name of a schema.</exception>
    public static string CreateScript(string schema = DefaultName)
    {
        ArgumentNullException.ThrowIfNull(schema);
        if (schema.Length is 0 or > MostSuiteLength || schema.AsSpan().IndexOfAny('"', '\'', '\\') >= 0)
        {
            throw new ArgumentException($"The schema's name is empty, longer than {MostSuiteLength} characters, or holds quotes. Give one such as '{DefaultName}'.", nameof(schema));
        }

        var quoted = Quote(schema);
        var script = new StringBuilder();
        script.Append("BEGIN;\n").Append(PostgresSql.Read("Backends/lock-schema.sql")).Append(PostgresSql.Read("Backends/create-schema.sql"));
        foreach (var migration in Migrations)
        {
            script.Append(CultureInfo.InvariantCulture, $"DO $apply$ BEGIN IF NOT EXISTS (SELECT FROM {{schema}}.schema_version WHERE version = {migration.Version}) THEN\n")
                .Append("EXECUTE $migration$\n")
                .Append(PostgresSql.Read(migration.File))
                .Append(CultureInfo.InvariantCulture, $"$migration$;\nINSERT INTO {{schema}}.schema_version (version, name) VALUES ({migration.Version}, '{migration.Name}');\nEND IF; END $apply$;\n");
        }

        return script.Append("COMMIT;\n").Replace("{schema}", quoted).Replace("{schema_name}", $"'{schema}'").ToString();
    }

    internal static bool IsName(string? name) =>
        name is { Length: >= 1 and <= MostNameLength } && !char.IsAsciiDigit(name[0]) && name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');

    /// <summary>Names the schema of a suite.</summary>
    /// <exception cref="ArgumentException">The two together are too long, or cannot name a schema.</exception>
    internal static string NameFor(string schema, string suite)
    {
        var name = suite.Length == 0 ? schema : $"{schema}_{suite}";
        return Encoding.UTF8.GetByteCount(name) <= MostSuiteLength && name.AsSpan().IndexOfAny('"', '\'', '\\') < 0
            ? name
            : throw new ArgumentException(
                $"The suite '{suite}' would have the schema '{name}', which has quotes or more than {MostSuiteLength} bytes. Give the suite a shorter or plainer name, or set a shorter Schema.",
                nameof(suite));
    }

    internal static string Quote(string name) => $"\"{name}\"";
}
