using System.Collections.Concurrent;
using System.Text;

namespace Pipeline.Backends;

/// <summary>The statements of this package, for one schema. Thread safe.</summary>
/// <param name="schema">The schema's name as SQL has it, quoted.</param>
internal sealed class PostgresSql(string schema)
{
    private const string SchemaPlace = "{schema}";

    private readonly ConcurrentDictionary<string, string> _statements = new(StringComparer.Ordinal);

    /// <summary>Gets a statement.</summary>
    /// <param name="file">Its file, for instance <c>Queues/receive.sql</c>.</param>
    public string this[string file] => _statements.GetOrAdd(file, static (name, schema) => Read(name).Replace(SchemaPlace, schema, StringComparison.Ordinal), schema);

    /// <summary>Reads an embedded file, without its comments.</summary>
    public static string Read(string file)
    {
        using var stream = typeof(PostgresSql).Assembly.GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"The statement '{file}' is not embedded in the assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = new StringBuilder();
        while (reader.ReadLine() is { } line)
        {
            if (!line.AsSpan().TrimStart().StartsWith("--", StringComparison.Ordinal) && line.Length > 0)
            {
                text.Append(line).Append('\n');
            }
        }

        return text.ToString();
    }
}
