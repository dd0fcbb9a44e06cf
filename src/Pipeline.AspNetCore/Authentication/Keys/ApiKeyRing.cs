using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Backends;

namespace Pipeline.Authentication;

/// <summary>The keys of configuration and file, as they are now, and those that were replaced a while ago. Thread safe.</summary>
internal sealed class ApiKeyRing(IOptionsFactory<ApiKeyOptions> factory, string contentRoot, TimeProvider time, ILogger<ApiKeyRing> logger)
{
    private readonly Lock _gate = new();
    private volatile Snapshot? _current;
    private byte[]? _content;
    private string? _lastProblem;

    /// <summary>The settings, as they were at first.</summary>
    /// <exception cref="OptionsValidationException">They are wrong.</exception>
    public ApiKeyOptions Options
    {
        get
        {
            Load();
            return field!;
        }

        private set;
    }

    /// <summary>All keys, also those that were replaced.</summary>
    /// <exception cref="OptionsValidationException">The settings or the file are wrong.</exception>
    public IReadOnlyCollection<ApiKeyCredential> Keys => Load().Keys.Values;

    /// <summary>The full path of the file, if there is one.</summary>
    public string? FilePath => Load().File;

    public bool TryFind(in KeyHash hash, [NotNullWhen(true)] out ApiKeyCredential? credential) => Load().Keys.TryGetValue(hash, out credential);

    /// <summary>Reads configuration and file anew. What is wrong is logged once, and changes nothing.</summary>
    public void Reload() => Renew(evenIfFileIsSame: true);

    /// <summary>Looks at the file, and reads all anew where it has changed, or could not be read at the last time.</summary>
    public void LookAtFile() => Renew(evenIfFileIsSame: false);

    private Snapshot Load()
    {
        if (_current is { } current)
        {
            return current;
        }

        lock (_gate)
        {
            if (_current is null)
            {
                var options = factory.Create(Microsoft.Extensions.Options.Options.DefaultName);
                var first = Build(options, out _content);
                Options = options;
                _current = first;
            }

            return _current;
        }
    }

    private void Renew(bool evenIfFileIsSame)
    {
        lock (_gate)
        {
            var current = Load();
            if (!evenIfFileIsSame && _lastProblem is null && IsFileSame(current.File))
            {
                return;
            }

            try
            {
                var next = Build(factory.Create(Microsoft.Extensions.Options.Options.DefaultName), out var content);
                KeepReplaced(current, next);
                _content = content;
                _current = next;
                Log.ApiKeysRead(logger, next.Keys.Count);
                _lastProblem = null;
            }
#pragma warning disable CA1031 // Settings in code may throw anything, and must not end the process that has run well until now.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                // Of others' messages nobody knows what is in them.
                Complain(exception is OptionsValidationException or InvalidOperationException ? exception.Message : exception.GetType().Name);
            }
        }
    }

    private bool IsFileSame(string? path) =>
        path is null || (ApiKeyFile.Read(path).Content is { } content && _content is not null && content.AsSpan().SequenceEqual(_content));

    private void Complain(string problem)
    {
        if (!string.Equals(problem, _lastProblem, StringComparison.Ordinal))
        {
            Log.ApiKeysUnreadable(logger, problem);
            _lastProblem = problem;
        }
    }

    private Snapshot Build(ApiKeyOptions options, out byte[]? content)
    {
        var problems = new OptionProblems(ApiKeyOptionsValidator.Owner);
        var builder = new ApiKeySetBuilder(options, problems);
        ApiKeyTextParser.Parse(options, builder);
        var path = options.File is { } file ? Path.GetFullPath(file, contentRoot) : null;
        (content, var unreadable) = ApiKeyFile.Read(path);
        problems.Require(unreadable is null, unreadable ?? "");
        if (content is not null)
        {
            ParseFile(content, builder);
        }

        problems.Require(builder.Count > 0 || unreadable is not null || options.Store || !options.Required, ApiKeyOptionsValidator.NoKeys);
        var result = problems.ToResult();
        return result.Failed
            ? throw new OptionsValidationException(ApiKeyOptionsValidator.Owner, typeof(ApiKeyOptions), result.Failures)
            : new Snapshot(builder.Credentials.ToDictionary(static credential => credential.Hash), path, options.RotationGrace);
    }

    private static void ParseFile(byte[] content, ApiKeySetBuilder builder)
    {
        try
        {
            ApiKeyFileParser.Parse(ApiKeyFile.Decode(content), builder);
        }
        catch (DecoderFallbackException)
        {
            builder.Refuse(nameof(ApiKeyOptions.File), "it is not UTF-8. Save it as UTF-8.");
        }
    }

    private void KeepReplaced(Snapshot current, Snapshot next)
    {
        var now = time.GetUtcNow();
        var disabled = next.Keys.Values.Where(static key => !key.IsEnabled).Select(static key => key.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (hash, old) in current.Keys)
        {
            var until = old.GraceUntil ?? now + next.RotationGrace;
            if (old.IsEnabled && until > now && !disabled.Contains(old.Name) && next.Keys.TryAdd(hash, old.WithGrace(until)) && old.GraceUntil is null)
            {
                Log.ApiKeyReplaced(logger, old.Name, until);
            }
        }
    }

    // Never changed once it is published.
    private sealed record Snapshot(Dictionary<KeyHash, ApiKeyCredential> Keys, string? File, TimeSpan RotationGrace);
}
