using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;

namespace Pipeline.Authentication;

/// <summary>Whether keys stand readable in a file of configuration, which is likely to be shared, copied and committed.</summary>
internal sealed class ApiKeyPlainCheck(ApiKeyRing ring, HttpSettings settings, IServiceProvider services) : ApiKeyCheck("http.api-keys-plain")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var findings = new DoctorFindings();
        if (settings.SectionOf(ApiKeyOptionsValidator.Owner) is { } section && services.GetService<IConfiguration>() is IConfigurationRoot root)
        {
            foreach (var (setting, text) in Secrets(ring.Options))
            {
                if (FindFile(root, $"{section.Path}:{setting}", text) is { } file)
                {
                    findings.Warn(
                        $"API keys stand readable in '{file}', as {setting}.",
                        "Give their hashes instead ('sha256:' and the digits of: printf %s KEY | sha256sum), or move them to ApiKeys:File or the environment.");
                }
            }
        }

        return new(findings.ToResult("No file of configuration holds a readable API key."));
    }

    private static IEnumerable<(string Setting, string Text)> Secrets(ApiKeyOptions options)
    {
        if (options.Keys is { Length: > 0 } keys && keys.Split(',').Any(static item => !item.Contains("=" + ApiKeyTexts.HashPrefix, StringComparison.OrdinalIgnoreCase)))
        {
            yield return (nameof(options.Keys), keys);
        }

        if (options.Entries is { Length: > 0 } entries)
        {
            yield return (nameof(options.Entries), entries);
        }

        for (var i = 0; i < options.List.Count; i++)
        {
            if (options.List[i].Key is { } key)
            {
                yield return ($"{nameof(options.List)}:{i}:{nameof(ApiKeyEntry.Key)}", key);
            }
        }
    }

    private static string? FindFile(IConfigurationRoot root, string path, string text) => root.Providers
        .OfType<FileConfigurationProvider>()
        .FirstOrDefault(provider => provider.TryGet(path, out var value) && string.Equals(value, text, StringComparison.Ordinal))
        ?.Source.Path;
}
