using System.Net;
using Pipeline.Backends;

namespace Pipeline.Authentication;

/// <summary>Brings the keys of all sources together, and collects what is wrong with them. Not thread safe.</summary>
internal sealed class ApiKeySetBuilder(ApiKeyOptions options, OptionProblems problems)
{
    /// <summary>32 random bytes in base 64 or 16 have more, but for one in billions.</summary>
    private const int LeastDistinctChars = 9;

    private readonly Dictionary<string, (string Place, ApiKeyCredential Credential)> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<KeyHash, (string Place, ApiKeyCredential Credential)> _byHash = [];

    public IEnumerable<ApiKeyCredential> Credentials => _byHash.Values.Select(static entry => entry.Credential);

    public int Count => _byHash.Count;

    /// <summary>Says what is wrong at a place: a setting with an item, or a line of the file.</summary>
    public void Refuse(string place, string problem) => problems.Require(condition: false, $"{place}: {problem}");

    /// <summary>Takes a key whose text may stand for a hash.</summary>
    public void Add(string place, ApiKeySource source, ApiKeyDefinition definition, string keyOrHash, bool isEnabled = true)
    {
        if (keyOrHash.StartsWith(ApiKeyTexts.HashPrefix, StringComparison.OrdinalIgnoreCase))
        {
            AddHashed(place, source, definition, keyOrHash, isEnabled);
        }
        else
        {
            AddPlain(place, source, definition, keyOrHash, isEnabled);
        }
    }

    public void AddHashed(string place, ApiKeySource source, ApiKeyDefinition definition, string text, bool isEnabled)
    {
        if (!text.StartsWith(ApiKeyTexts.HashPrefix, StringComparison.OrdinalIgnoreCase)
            || !KeyHash.TryParse(text.AsSpan(ApiKeyTexts.HashPrefix.Length), out var hash))
        {
            Refuse(place, $"the hash is malformed. Give '{ApiKeyTexts.HashPrefix}' and the key's SHA-256 as 64 hexadecimal digits.");
            return;
        }

        Add(place, source, definition, hash, isEnabled, isWeak: false);
    }

    public void AddPlain(string place, ApiKeySource source, ApiKeyDefinition definition, string key, bool isEnabled)
    {
        if (ApiKeyTexts.FindKeyProblem(key, options.MinKeyLength) is { } problem)
        {
            Refuse(place, problem);
            return;
        }

        Add(place, source, definition, KeyHash.Of(key), isEnabled, key.Distinct().Count() < LeastDistinctChars);
    }

    private void Add(string place, ApiKeySource source, ApiKeyDefinition definition, KeyHash hash, bool isEnabled, bool isWeak)
    {
        // A key without a name of its own gets one that tells it from its tenant's other keys, stays, and gives nothing away: 32 bits of a hash of chance.
        var named = definition.Name.Length > 0 ? definition : definition with { Name = $"{definition.Tenant}-{hash.ToString()[..8]}" };
        if (ApiKeyRules.FindProblem(named, options.AllowedScopes, definition.Name.Length > 0, out var networks) is { } problem)
        {
            Refuse(place, problem);
            return;
        }

        var credential = new ApiKeyCredential(named, hash, source)
        {
            Networks = networks,
            Identity = new ApiKeyIdentity(named),
            IsEnabled = isEnabled,
            IsWeak = isWeak,
        };
        if (_byName.TryGetValue(named.Name, out var same) || _byHash.TryGetValue(hash, out same))
        {
            RefuseUnlessSame(place, credential, same.Place, same.Credential);
            return;
        }

        _byName.Add(named.Name, (place, credential));
        _byHash.Add(hash, (place, credential));
    }

    private void RefuseUnlessSame(string place, ApiKeyCredential credential, string otherPlace, ApiKeyCredential other)
    {
        if (credential.IsSameAs(other))
        {
            return;
        }

        var problem = (credential.Hash.Equals(other.Hash), string.Equals(credential.Name, other.Name, StringComparison.Ordinal)) switch
        {
            (true, true) => "the same name and key, with other settings. Give it once.",
            (true, false) => "the same key under another name. Make a key for each name.",
            _ => "the same name for another key. Give each key a name of its own; to rotate a key, replace it.",
        };
        Refuse(place, $"{otherPlace} has {problem}");
    }
}
