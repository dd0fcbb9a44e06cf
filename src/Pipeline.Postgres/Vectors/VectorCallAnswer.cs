using System.Runtime.InteropServices;

namespace Pipeline.Vectors;

/// <summary>What became of one sending of a <see cref="VectorCall{T}"/>.</summary>
/// <param name="State">The version's state when the statement ran; null if the version is not there.</param>
/// <param name="IsIndexed">Whether the version has an index.</param>
/// <param name="Value">The answer.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct VectorCallAnswer<T>(VectorVersionState? State, bool IsIndexed, T Value);
