using System.ComponentModel;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Pipeline.Caching;

/// <summary>How values of a type can be shared.</summary>
internal static class ValueKind<T>
{
    /// <summary>A string, or a value without references: copied by assigning it, and of a size that is known.</summary>
    public static readonly bool IsPlain = typeof(T) == typeof(string) || !RuntimeHelpers.IsReferenceOrContainsReferences<T>();

    /// <summary>Whether all callers may have the same object: plain values, and sealed types that say <see cref="ImmutableObjectAttribute"/>.</summary>
    public static readonly bool IsImmutable = IsPlain || SaysImmutable(Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T));

    // A type that can be derived from can be anything.
    private static bool SaysImmutable(Type type) =>
        type.IsSealed && type.GetCustomAttribute<ImmutableObjectAttribute>(inherit: false) is { Immutable: true };
}
