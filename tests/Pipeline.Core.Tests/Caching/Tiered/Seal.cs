using System.ComponentModel;

namespace Pipeline.Caching;

/// <summary>A type that says it cannot change, so that all callers may share one.</summary>
[ImmutableObject(true)]
internal sealed record Seal(string Text);
