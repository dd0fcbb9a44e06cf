using System.Runtime.InteropServices;

namespace Pipeline.RateLimiting;

/// <summary>A window that stands still with its charges, or several that follow each other with the charges of the fullest. UTC ticks.</summary>
/// <param name="Start">The first moment.</param>
/// <param name="LastStart">The first moment of the last window: <paramref name="Start"/> if it is only one.</param>
/// <param name="End">The first moment after it.</param>
/// <param name="Count">The charges of one window, at most.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct WindowSpan(long Start, long LastStart, long End, long Count)
{
    public WindowSpan MergedWith(in WindowSpan later) => new(Start, later.LastStart, later.End, Math.Max(Count, later.Count));
}
