using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Pipeline.Caching;

/// <summary>What came of a call to the backend. A failure is a value here: where the backend is left alone, an exception would cost more than a call.</summary>
/// <param name="Value">The answer.</param>
/// <param name="Failure">Why there is none; <see langword="null"/> where there is one.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct BackendReply<T>(T Value, Exception? Failure)
{
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool IsOk => Failure is null;
}
