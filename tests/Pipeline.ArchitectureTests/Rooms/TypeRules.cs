using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;

namespace Pipeline.ArchitectureTests.Rooms;

/// <summary>The rules for the types of the suite's assemblies.</summary>
internal static class TypeRules
{
    private static readonly string[] Rooms =
    [
        "Pipeline.Backends",
        "Pipeline.Caching",
        "Pipeline.DependencyInjection",
        "Pipeline.Diagnostics",
        "Pipeline.Learning",
        "Pipeline.Queues",
        "Pipeline.RateLimiting",
        "Pipeline.State",
        "Pipeline.Steps",
        "Pipeline.Telemetry",
        "Pipeline.Vectors",
        "Pipeline.Workers",
        "Microsoft.Extensions.DependencyInjection",
    ];

    private static readonly string[] WebRooms =
    [
        "Pipeline.Admin",
        "Pipeline.Authentication",
        "Pipeline.Dashboard",
        "Pipeline.Health",
        "Pipeline.Idempotency",
        "Pipeline.Metrics",
        "Pipeline.Problems",
        "Pipeline.RequestLimits",
        "Pipeline.Requests",
        "Microsoft.AspNetCore.Builder",
    ];

    public static bool IsInRoom(string package, string? typeNamespace) =>
        Rooms.Contains(typeNamespace, StringComparer.Ordinal)
        || (package is "Pipeline.AspNetCore" && WebRooms.Contains(typeNamespace, StringComparer.Ordinal));

    /// <summary>Returns the options, bound from configuration, that no type among <paramref name="types"/> validates.</summary>
    /// <remarks>Options that are a part of others are validated with those.</remarks>
    public static IEnumerable<Type> OptionsWithoutValidator(IReadOnlyCollection<Type> types)
    {
        var validated = types
            .Where(type => type is { IsAbstract: false })
            .SelectMany(type => type.GetInterfaces())
            .Where(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IValidateOptions<>))
            .Select(contract => contract.GenericTypeArguments[0])
            .ToHashSet();
        validated.UnionWith([.. validated.SelectMany(type => type.GetProperties()).Select(property => property.PropertyType)]);
        return types.Where(type => IsBound(type) && !validated.Contains(type));
    }

    // Options of one call have init properties and are checked by the call; those with setters are bound and validated at start.
    private static bool IsBound(Type type) =>
        type is { IsVisible: true, IsClass: true, IsAbstract: false }
        && type.Name.EndsWith("Options", StringComparison.Ordinal)
        && type.GetProperties().Any(property => property.SetMethod is { IsPublic: true } setter
            && !setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)));
}
