namespace Pipeline.Steps;

internal static class ChainBuilderTestExtensions
{
    /// <summary>A step that adds its name to the item.</summary>
    public static ChainBuilder<string> Append(this ChainBuilder<string> builder, string name) =>
        builder.Then(name, (item, _, _) => ValueTask.FromResult(ChainResult.Continue(item + name)));
}
