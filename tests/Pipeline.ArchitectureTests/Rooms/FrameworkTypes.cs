using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;

namespace Pipeline.ArchitectureTests.Rooms;

/// <summary>The names of the public types that a file of a user's application is likely to import beside the suite's.</summary>
internal static class FrameworkTypes
{
    private static readonly HashSet<string> Imported = new(StringComparer.Ordinal)
    {
        // What the SDKs import by themselves.
        "System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Net.Http.Json", "System.Threading", "System.Threading.Tasks",
        "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Routing",
        "Microsoft.Extensions.Configuration", "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting", "Microsoft.Extensions.Logging",

        // What the suite works with.
        "System.Buffers", "System.Collections.Concurrent", "System.Diagnostics", "System.Diagnostics.Metrics", "System.Text", "System.Text.Json",
        "System.Text.Json.Serialization", "System.Threading.Channels", "System.Threading.RateLimiting", "Microsoft.AspNetCore.Authentication",
        "Microsoft.AspNetCore.Authorization", "Microsoft.AspNetCore.RateLimiting", "Microsoft.Extensions.AI", "Microsoft.Extensions.Caching.Distributed",
        "Microsoft.Extensions.Caching.Hybrid", "Microsoft.Extensions.Caching.Memory", "Microsoft.Extensions.Diagnostics.HealthChecks",
        "Microsoft.Extensions.Options", "Microsoft.Extensions.Primitives", "Polly", "Polly.CircuitBreaker", "Polly.RateLimiting", "Polly.Retry", "Polly.Timeout",
    };

    /// <summary>Names by arity, such as <c>RateLimiter</c> and <c>List`1</c>, each with its namespace.</summary>
    public static ILookup<string, string> Names { get; } = Assemblies()
        .SelectMany(PublicTypes)
        .Where(type => Imported.Contains(type.Namespace))
        .Distinct()
        .ToLookup(type => type.Name, type => type.Namespace, StringComparer.Ordinal);

    private static IEnumerable<string> Assemblies() =>
        from folder in new[] { RuntimeEnvironment.GetRuntimeDirectory(), Path.GetDirectoryName(typeof(IHttpContextAccessor).Assembly.Location)!, AppContext.BaseDirectory }
        from file in Directory.EnumerateFiles(folder, "*.dll")
        where !Path.GetFileName(file).StartsWith("Pipeline.", StringComparison.Ordinal)
        select file;

    private static (string Namespace, string Name)[] PublicTypes(string path)
    {
        using var image = new PEReader(File.OpenRead(path));
        if (!image.HasMetadata)
        {
            return [];
        }

        var reader = image.GetMetadataReader();
        return
        [
            .. from handle in reader.TypeDefinitions
               let type = reader.GetTypeDefinition(handle)
               where (type.Attributes & TypeAttributes.VisibilityMask) == TypeAttributes.Public
               select (reader.GetString(type.Namespace), reader.GetString(type.Name)),
        ];
    }
}
