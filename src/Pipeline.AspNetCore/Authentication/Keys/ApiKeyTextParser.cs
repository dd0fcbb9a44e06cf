namespace Pipeline.Authentication;

/// <summary>Reads the texts of <see cref="ApiKeyOptions.Keys"/> and <see cref="ApiKeyOptions.Entries"/>, and the list.</summary>
internal static class ApiKeyTextParser
{
    public static void Parse(ApiKeyOptions options, ApiKeySetBuilder builder)
    {
        ParseKeys(options.Keys, builder);
        ParseEntries(options.Entries, builder);
        for (var i = 0; i < options.List.Count; i++)
        {
            AddEntry($"{nameof(options.List)}:{i}", options.List[i], builder);
        }
    }

    /// <summary><c>name=key,name2=key2</c>.</summary>
    private static void ParseKeys(string? text, ApiKeySetBuilder builder)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return;
        }

        var items = text.Split(',', StringSplitOptions.TrimEntries);
        for (var i = 0; i < items.Length; i++)
        {
            var place = $"{nameof(ApiKeyOptions.Keys)}, item {i + 1}";
            var equals = items[i].IndexOf('=', StringComparison.Ordinal);
            if (equals < 1)
            {
                builder.Refuse(place, "it is no name=key. Correct it, or remove it with its comma.");
                continue;
            }

            var definition = new ApiKeyDefinition(items[i][..equals].TrimEnd());
            builder.Add(place, ApiKeySource.Configuration, definition, items[i][(equals + 1)..].TrimStart());
        }
    }

    /// <summary><c>key:tenant:scope,scope;key2:tenant2:scope</c>.</summary>
    private static void ParseEntries(string? text, ApiKeySetBuilder builder)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return;
        }

        var items = text.Split(';', StringSplitOptions.TrimEntries);
        for (var i = 0; i < items.Length; i++)
        {
            var place = $"{nameof(ApiKeyOptions.Entries)}, item {i + 1}";
            var parts = items[i].Split(':', StringSplitOptions.TrimEntries);
            if (parts.Length != 3)
            {
                builder.Refuse(place, "it is no key:tenant:scope,scope. Correct it, or remove it with its semicolon.");
                continue;
            }

            var definition = new ApiKeyDefinition("") { Tenant = parts[1], Scopes = parts[2].Split(',', StringSplitOptions.TrimEntries) };
            builder.AddPlain(place, ApiKeySource.Configuration, definition, parts[0], isEnabled: true);
        }
    }

    private static void AddEntry(string place, ApiKeyEntry? entry, ApiKeySetBuilder builder)
    {
        if (entry is null || (entry.Key is null) == (entry.KeyHash is null) || ApiKeyTexts.FindNameProblem(entry.Name) is not null)
        {
            builder.Refuse(place, entry is null || ApiKeyTexts.FindNameProblem(entry.Name) is not { } problem ? "give either Key or KeyHash." : problem);
            return;
        }

        var definition = new ApiKeyDefinition(entry.Name)
        {
            Tenant = entry.Tenant,
            Scopes = [.. entry.Scopes],
            ExpiresAt = entry.ExpiresAt,
            AllowedNetworks = [.. entry.AllowedNetworks],
        };
        if (entry.Key is { } key)
        {
            builder.AddPlain(place, ApiKeySource.Configuration, definition, key, entry.Enabled);
        }
        else
        {
            builder.AddHashed(place, ApiKeySource.Configuration, definition, entry.KeyHash!, entry.Enabled);
        }
    }
}
