using System.Runtime.InteropServices;
using Microsoft.Extensions.Caching.Hybrid;

namespace Pipeline.Caching;

/// <summary>What became of a value that was made.</summary>
/// <param name="Name">The outcome, as the metrics name it.</param>
/// <param name="Payload">The value as its serializer wrote it, for callers who must not share the object; <see langword="null"/> if they have to, or may.</param>
/// <param name="Serializer">The serializer that reads it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FillOutcome<T>(string Name, byte[]? Payload, IHybridCacheSerializer<T>? Serializer);
