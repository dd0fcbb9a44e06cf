using System.Reflection;

namespace Pipeline.ArchitectureTests.Clients;

/// <summary>The assemblies of StackExchange.Redis that were downloaded to be read, and are never loaded.</summary>
internal static class RedisClient
{
    public const string Name = "StackExchange.Redis";

    /// <summary>What a release asks for.</summary>
    public static string OfRelease => Metadata("RedisClientOfRelease");

    /// <summary>The newest that there is.</summary>
    public static string Newest => Metadata("RedisClientNewest");

    /// <summary>Returns the path of a version's assembly.</summary>
    public static string PathOf(string version) =>
        Path.Combine(Metadata("PackageRoot"), Name.ToLowerInvariant(), version, "lib", "net10.0", Name + ".dll");

    private static string Metadata(string key) => typeof(RedisClient).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => string.Equals(attribute.Key, key, StringComparison.Ordinal)).Value!;
}
