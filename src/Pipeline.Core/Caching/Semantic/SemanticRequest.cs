using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Steps;
using Pipeline.Vectors;

namespace Pipeline.Caching;

/// <summary>A request to the semantic cache.</summary>
[Experimental(SemanticCache.DiagnosticId)]
internal sealed class SemanticRequest<T>(
    SemanticCacheScope scope, string text, SemanticCacheEntryOptions options, IEnumerable<string>? tags, IHybridCacheSerializer<StepValue<T>> serializer)
{
    private volatile EmbeddingCharge? _charge;

    public SemanticCacheScope Scope { get; } = scope ?? throw new ArgumentNullException(nameof(scope));

    public string Text { get; } = text ?? throw new ArgumentNullException(nameof(text));

    public SemanticCacheEntryOptions Options { get; } = options ?? throw new ArgumentNullException(nameof(options));

    public IReadOnlyList<string> Tags { get; } = tags is null ? [] : [.. tags];

    public IHybridCacheSerializer<StepValue<T>> Serializer => serializer;

    /// <summary>Whether the text can be stored beside its vector. The replacement character mostly stands for what was not well-formed.</summary>
    public bool IsUsable =>
        Text.Length <= VectorValue.MaxTextLength && !string.IsNullOrWhiteSpace(Text) && !Text.Contains('\0', StringComparison.Ordinal)
        && !Text.EnumerateRunes().Contains(Rune.ReplacementChar);

    /// <summary>What the embedding took; <see langword="null"/> while there is none, or where its generator is metered by itself. Set by the look-up, whatever becomes of it.</summary>
    public EmbeddingCharge? Charge
    {
        get => _charge;
        set => _charge = value;
    }
}
