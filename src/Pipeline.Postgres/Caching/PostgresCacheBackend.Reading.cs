using System.Buffers;
using Pipeline.Backends;

namespace Pipeline.Caching;

internal sealed partial class PostgresCacheBackend
{
    private const string GetOperation = "cache get";
    private const int KeyColumn = 3;

    public ValueTask<CacheReadResult> TryGetAsync(
        string key, IBufferWriter<byte> destination, CacheReadOptions options = CacheReadOptions.None, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        StoredName.ThrowIfInvalid(key);
        return GetAsync(key, destination, options, cancellationToken);
    }

    private static bool Allows(CacheReadOptions options, CacheReadResult result) =>
        result.Status != CacheReadStatus.Stale || (options & CacheReadOptions.AllowStale) != CacheReadOptions.None;

    private static bool RequiresFreshTags(CacheReadOptions options) => (options & CacheReadOptions.RequireFreshTags) != CacheReadOptions.None;

    private async ValueTask<CacheReadResult> GetAsync(
        string key, IBufferWriter<byte> destination, CacheReadOptions options, CancellationToken cancellationToken)
    {
        var isSliding = _sliding.Contains(key);
        var stored = isSliding ? default : await GetPlainAsync(key, cancellationToken).ConfigureAwait(false);
        if (isSliding || stored.IsSliding)
        {
            stored = (await SlideAsync([key], cancellationToken).ConfigureAwait(false)).GetValueOrDefault(key);
        }

        var result = stored.Result;
        if (!result.IsFound)
        {
            return result;
        }

        if (!Allows(options, result)
            || !await _counters.AreCurrentAsync(result.Tags, RequiresFreshTags(options), cancellationToken).ConfigureAwait(false))
        {
            return CacheReadResult.Missing;
        }

        stored.CopyTo(destination);
        return result;
    }

    private ValueTask<StoredEntry> GetPlainAsync(string key, CancellationToken cancellationToken) => _connection.QueryAsync(
        GetOperation,
        _connection.Sql["Caching/get.sql"],
        key,
        static (parameters, key) => parameters.Text(key),
        static async (reader, _, deadline) => await reader.ReadAsync(deadline).ConfigureAwait(false) ? StoredEntry.Read(reader) : default,
        cancellationToken);

    /// <summary>Reads entries by the statement that extends those which slide.</summary>
    private async ValueTask<Dictionary<string, StoredEntry>> SlideAsync(string[] keys, CancellationToken cancellationToken)
    {
        var found = await GetSeveralAsync("Caching/slide.sql", keys, cancellationToken).ConfigureAwait(false);
        foreach (var (key, stored) in found)
        {
            _sliding.Set(key, stored.IsSliding);
        }

        return found;
    }

    private ValueTask<Dictionary<string, StoredEntry>> GetSeveralAsync(string file, string[] keys, CancellationToken cancellationToken) => _connection.QueryAsync(
        GetOperation,
        _connection.Sql[file],
        keys,
        static (parameters, keys) => parameters.Texts(keys),
        static async (reader, keys, deadline) =>
        {
            var found = new Dictionary<string, StoredEntry>(keys.Length, StringComparer.Ordinal);
            while (await reader.ReadAsync(deadline).ConfigureAwait(false))
            {
                found.Add(reader.GetString(KeyColumn), StoredEntry.Read(reader));
            }

            return found;
        },
        cancellationToken);
}
