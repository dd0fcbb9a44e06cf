using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.DependencyInjection;

/// <summary>Finds how a type is written as JSON: in the contexts that the host gave, else by reflection where the host allows it.</summary>
/// <param name="contexts">The contexts.</param>
/// <param name="reflects">Whether the host allows reflection; <see langword="null"/> to ask.</param>
internal sealed class JsonTypeInfos(IEnumerable<JsonSerializerContext> contexts, bool? reflects = null)
{
    public JsonTypeInfo<T> Get<T>()
    {
        foreach (var context in contexts)
        {
            if (context.GetTypeInfo(typeof(T)) is JsonTypeInfo<T> known)
            {
                return known;
            }
        }

        return reflects ?? JsonSerializer.IsReflectionEnabledByDefault
            ? (JsonTypeInfo<T>)ReflectionOptions().GetTypeInfo(typeof(T))
            : throw new InvalidOperationException(
                $"Nothing says how {typeof(T).Name} is written as JSON, and reflection is turned off. "
                + $"Call UseJson with a JsonSerializerContext that has [JsonSerializable(typeof({typeof(T).Name}))].");
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Reached only where the host has left reflection-based JSON on.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Reached only where the host has left reflection-based JSON on.")]
    private static JsonSerializerOptions ReflectionOptions() => JsonSerializerOptions.Web;
}
