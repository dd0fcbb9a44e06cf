using System.Diagnostics.CodeAnalysis;
using Pipeline.Caching;

namespace Pipeline.Steps;

/// <summary>What a step's semantic cache stage works with.</summary>
/// <param name="Cache">The suite's semantic cache.</param>
/// <param name="Text">Finds the words of a request in the input.</param>
/// <param name="Options">When an answer may serve, and for how long.</param>
/// <param name="Serializer">Reads and writes answers.</param>
/// <param name="Tags">Finds the tags of an answer in the input; <see langword="null"/> for none.</param>
/// <param name="Keep">Whether an answer may be kept; <see langword="null"/> where all may.</param>
[Experimental(SemanticCache.DiagnosticId)]
internal sealed record StepSemanticCacheSettings<TIn, TOut>(
    SemanticCache Cache,
    Func<TIn, string?> Text,
    SemanticCacheEntryOptions Options,
    StepValueSerializer<TOut> Serializer,
    Func<TIn, IEnumerable<string>>? Tags,
    Func<TOut, bool>? Keep);
