namespace Quickstart.Documents;

/// <summary>A piece of a text that is embedded, stored and recalled as one.</summary>
/// <param name="Line">The line on which it begins, from 1.</param>
/// <param name="Text">What it says.</param>
/// <param name="Vector">Its embedding; empty before the embed step.</param>
internal sealed record Chunk(int Line, string Text, ReadOnlyMemory<float> Vector = default);
