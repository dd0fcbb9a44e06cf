using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipeline.State;

namespace Pipeline.Authentication;

/// <summary>Where keys stand in the state store, and how they are read.</summary>
internal static class StoredApiKeyFormat
{
    public const int Version = 1;
    public const string NamePrefix = "name/";
    private const string HashPrefix = "hash/";

    public static string SpaceOf(string suite) => suite.Length == 0 ? "api-keys" : $"{suite}/api-keys";

    public static StateKey NameKey(string space, string name) => new(space, NamePrefix + name);

    public static StateKey HashKey(string space, string hash) => new(space, HashPrefix + hash);

    public static byte[] Write(StoredApiKey key) => JsonSerializer.SerializeToUtf8Bytes(key, StoredApiKeyJson.Default.StoredApiKey);

    public static byte[] WriteName(string name) =>
        JsonSerializer.SerializeToUtf8Bytes(new StoredApiKeyName { Format = Version, Name = name }, StoredApiKeyJson.Default.StoredApiKeyName);

    /// <summary>All keys of the store, by name.</summary>
    /// <exception cref="InvalidDataException">One is of another version, or damaged.</exception>
    public static async IAsyncEnumerable<StoredApiKey> ReadAllAsync(IStateStore store, string space, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        do
        {
            var page = await store.ListAsync(space, NamePrefix, after, cancellationToken: cancellationToken).ConfigureAwait(false);
            foreach (var item in page.Items)
            {
                yield return Read(item.Entry.Value);
            }

            after = page.Next;
        }
        while (after is not null);
    }

    /// <exception cref="InvalidDataException">It is of another version, or damaged.</exception>
    public static StoredApiKey Read(ReadOnlyMemory<byte> value) => Checked(
        value, static bytes => JsonSerializer.Deserialize(bytes.Span, StoredApiKeyJson.Default.StoredApiKey), static key => key.Format);

    /// <exception cref="InvalidDataException">It is of another version, or damaged.</exception>
    public static string ReadName(ReadOnlyMemory<byte> value) => Checked(
        value, static bytes => JsonSerializer.Deserialize(bytes.Span, StoredApiKeyJson.Default.StoredApiKeyName), static name => name.Format).Name;

    /// <summary>The keys under a name, as callers may come with them.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static ApiKeyCredential[] CredentialsOf(StoredApiKey stored)
    {
        var definition = stored.ToDefinition();
        if (ApiKeyRules.FindProblem(definition, [], checksName: true, out var networks) is not null)
        {
            throw Damaged(inner: null);
        }

        var identity = new ApiKeyIdentity(definition);
        var credentials = new ApiKeyCredential[stored.Keys.Count];
        for (var i = 0; i < credentials.Length; i++)
        {
            var key = stored.Keys[i];
            credentials[i] = KeyHash.TryParse(key.Sha256, out var hash)
                ? new ApiKeyCredential(definition, hash, ApiKeySource.Store) { Networks = networks, Identity = identity, GraceUntil = key.Until }
                : throw Damaged(inner: null);
        }

        return credentials;
    }

    private static T Checked<T>(ReadOnlyMemory<byte> value, Func<ReadOnlyMemory<byte>, T?> read, Func<T, int> version)
        where T : class
    {
        try
        {
            var stored = read(value) ?? throw Damaged(inner: null);
            return version(stored) == Version ? stored : throw new InvalidDataException(
                $"An API key is stored in format {version(stored)}, and this version of the suite reads {Version}. Bring all processes to the version that wrote it.");
        }
        catch (JsonException exception)
        {
            throw Damaged(exception);
        }
    }

    // The parser's message may quote what was stored, so only the kind of error is told.
    private static InvalidDataException Damaged(Exception? inner) => new(
        $"An API key in the state store cannot be read: it is not of the suite, or is damaged{(inner is null ? "" : $" ({inner.GetType().Name})")}. Revoke it, or restore it.");
}
