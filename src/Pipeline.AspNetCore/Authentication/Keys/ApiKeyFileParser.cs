using System.Globalization;

namespace Pipeline.Authentication;

/// <summary>Reads a file of keys (<see cref="ApiKeyOptions.File"/>).</summary>
internal static class ApiKeyFileParser
{
    private static readonly char[] White = [' ', '\t'];

    public static void Parse(string text, ApiKeySetBuilder builder)
    {
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var content = line.Trim();
            if (!content.IsEmpty && content[0] != '#')
            {
                ParseLine(string.Create(CultureInfo.InvariantCulture, $"{nameof(ApiKeyOptions.File)}, line {number}"), content.ToString(), builder);
            }
        }
    }

    private static void ParseLine(string place, string line, ApiKeySetBuilder builder)
    {
        var words = line.Split(White, StringSplitOptions.RemoveEmptyEntries);
        var equals = words[0].IndexOf('=', StringComparison.Ordinal);
        if (equals < 1)
        {
            builder.Refuse(place, "it does not begin with name=key. Correct it, or put # before it.");
            return;
        }

        var definition = new ApiKeyDefinition(words[0][..equals]);
        var isEnabled = true;
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (var i = 1; i < words.Length; i++)
        {
            if (!TryApply(words[i], seen, ref definition, ref isEnabled))
            {
                builder.Refuse(
                    place,
                    $"word {i + 1} is none of tenant=…, scopes=a,b, expires=2030-01-31, networks=10.0.0.0/8, enabled=false, or is there twice. Correct it.");
                return;
            }
        }

        builder.Add(place, ApiKeySource.File, definition, words[0][(equals + 1)..], isEnabled);
    }

    private static bool TryApply(string word, HashSet<string> seen, ref ApiKeyDefinition definition, ref bool isEnabled)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1 || equals == word.Length - 1 || !seen.Add(word[..equals]))
        {
            return false;
        }

        var value = word[(equals + 1)..];
        switch (word[..equals])
        {
            case "tenant":
                definition = definition with { Tenant = value };
                return true;
            case "scopes":
                definition = definition with { Scopes = value.Split(',') };
                return true;
            case "networks":
                definition = definition with { AllowedNetworks = value.Split(',') };
                return true;
            case "expires":
                var isTime = DateTimeOffset.TryParse(
                    value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time);
                definition = definition with { ExpiresAt = time };
                return isTime && char.IsAsciiDigit(value[0]) && value.IndexOf('-', StringComparison.Ordinal) == 4;
            case "enabled":
                return bool.TryParse(value, out isEnabled);
            default:
                return false;
        }
    }
}
