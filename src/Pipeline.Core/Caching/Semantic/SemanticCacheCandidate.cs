using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Pipeline.Caching;

/// <summary>A stored request that is near to the one at hand, and whose answer may serve for it.</summary>
/// <param name="StoredText">The text of the stored request.</param>
/// <param name="Text">The text of the request at hand.</param>
/// <param name="Score">The cosine of their embeddings, at most 1.</param>
[Experimental(SemanticCache.DiagnosticId)]
[StructLayout(LayoutKind.Auto)]
public readonly record struct SemanticCacheCandidate(string StoredText, string Text, float Score)
{
    /// <summary>Tells the score only: texts can be what is private.</summary>
    /// <returns>The score.</returns>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Score {Score}");
}
