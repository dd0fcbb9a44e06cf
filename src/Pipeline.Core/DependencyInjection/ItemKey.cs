namespace Pipeline.DependencyInjection;

/// <summary>The key under which a queue, step, chain or worker is registered, and the name of its options: its name, after that of a named suite.</summary>
internal static class ItemKey
{
    public static string Of(string pipeline, string item) => pipeline.Length == 0 ? item : $"{pipeline}/{item}";
}
