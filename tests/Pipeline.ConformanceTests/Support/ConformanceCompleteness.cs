using System.Reflection;

namespace Pipeline.Conformance;

/// <summary>Finds the roles that a backend plays without being held to them.</summary>
public static class ConformanceCompleteness
{
    /// <summary>Finds each role that a concrete class of a backend implements and for which its tests have no leaf.</summary>
    /// <param name="backend">The backend's assembly.</param>
    /// <param name="tests">The assembly of its tests. A leaf is a sealed class there that derives from the role's suite.</param>
    /// <returns>The roles without a leaf; empty when all is well.</returns>
    /// <remarks>
    /// Suites are the classes with <see cref="ConformanceSuiteForAttribute"/> of this assembly, and those from which a class in
    /// <paramref name="tests"/> derives.
    /// </remarks>
    public static IReadOnlyList<Type> FindMissing(Assembly backend, Assembly tests)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(tests);
        var bases = tests.GetTypes().SelectMany(BaseTypes);
        var suites = typeof(ConformanceCompleteness).Assembly.GetTypes().Concat(bases).Where(IsSuite).Distinct().ToList();
        var covered = tests.GetTypes()
            .Where(type => type is { IsSealed: true, IsAbstract: false })
            .SelectMany(BaseTypes)
            .Where(IsSuite)
            .Select(RoleOf)
            .ToHashSet();

        return [.. suites.Select(RoleOf).Distinct().Where(role => !covered.Contains(role) && IsPlayedBy(backend, role))];
    }

    private static bool IsPlayedBy(Assembly backend, Type role) =>
        backend.GetTypes().Any(type => type is { IsClass: true, IsAbstract: false } && role.IsAssignableFrom(type));

    private static bool IsSuite(Type type) => type.IsDefined(typeof(ConformanceSuiteForAttribute), inherit: false);

    private static Type RoleOf(Type suite) => suite.GetCustomAttribute<ConformanceSuiteForAttribute>(inherit: false)!.Role;

    private static IEnumerable<Type> BaseTypes(Type type)
    {
        for (var current = type.BaseType; current is not null; current = current.BaseType)
        {
            yield return current;
        }
    }
}
