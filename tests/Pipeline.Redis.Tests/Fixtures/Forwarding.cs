using System.Reflection;

namespace Pipeline.Redis.Fixtures;

/// <summary>Calls what stands behind a proxy.</summary>
internal static class Forwarding
{
    public static object? Call(object target, MethodInfo method, object?[]? arguments) =>
        method.Invoke(target, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
}
