using System.Reflection;

namespace Pipeline.ArchitectureTests.Dependencies;

/// <summary>What one package of the suite may depend on.</summary>
/// <param name="Name">The package, which is also the assembly and the project.</param>
/// <param name="Projects">The packages of the suite that it may reference.</param>
/// <param name="Packages">The foreign packages that it may reference.</param>
internal sealed record PackageRule(string Name, string[] Projects, string[] Packages)
{
    /// <summary>The shared frameworks that it may reference beside the base one.</summary>
    public string[] Frameworks { get; init; } = [];

    /// <summary>The assemblies that come with what it may reference, and whose types may therefore appear in it.</summary>
    public string[] Closure { get; init; } = [];

    /// <summary>The table of the architecture. Arrows run down only; no backend knows another, or Core.</summary>
    public static IReadOnlyList<PackageRule> Table { get; } =
    [
        new("Pipeline.Abstractions", [], OfAbstractions) { Closure = ["Microsoft.Extensions.Primitives"] },
        new(
            "Pipeline.Core",
            ["Pipeline.Abstractions"],
            [
                "Microsoft.Extensions.AI.Abstractions",
                "Microsoft.Extensions.Caching.Abstractions",
                "Microsoft.Extensions.Diagnostics",
                "Microsoft.Extensions.Hosting.Abstractions",
                "Microsoft.Extensions.Logging",
                "Microsoft.Extensions.Options.ConfigurationExtensions",
                "Polly.Core",
                "System.Numerics.Tensors",
                "System.Threading.RateLimiting",
            ])
        {
            Closure =
            [
                .. OfAbstractions,
                "Microsoft.Extensions.Configuration",
                "Microsoft.Extensions.Configuration.Abstractions",
                "Microsoft.Extensions.Configuration.Binder",
                "Microsoft.Extensions.DependencyInjection",
                "Microsoft.Extensions.Diagnostics.Abstractions",
                "Microsoft.Extensions.Primitives",
            ],
        },
        Backend("Pipeline.Redis", "StackExchange.Redis"),
        Backend("Pipeline.Postgres", "Npgsql"),
        Backend("Pipeline.Qdrant"),
        new("Pipeline.AspNetCore", ["Pipeline.Core"], [])
        {
            Frameworks = ["Microsoft.AspNetCore.App"],
            Closure = ["Pipeline.Abstractions"],
        },
    ];

    public Assembly Load() => Assembly.Load(Name);

    public override string ToString() => Name;

    private static string[] OfAbstractions =>
    [
        "Microsoft.Extensions.DependencyInjection.Abstractions",
        "Microsoft.Extensions.Logging.Abstractions",
        "Microsoft.Extensions.Options",
    ];

    private static PackageRule Backend(string name, params string[] client) =>
        new(name, ["Pipeline.Abstractions"], client) { Closure = [.. OfAbstractions, "Microsoft.Extensions.Primitives"] };
}
