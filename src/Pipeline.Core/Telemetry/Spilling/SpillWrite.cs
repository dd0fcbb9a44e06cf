using Microsoft.Win32.SafeHandles;

namespace Pipeline.Telemetry;

/// <summary>Writes bytes into a file: <see cref="RandomAccess.Write(SafeFileHandle, ReadOnlySpan{byte}, long)"/>, or a disk that fails in a test.</summary>
internal delegate void SpillWrite(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset);
