using System.Runtime.InteropServices;

namespace Pipeline.Vectors;

/// <summary>An item that may be among the nearest.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NearestSlot(float Score, int Segment, int Slot);
