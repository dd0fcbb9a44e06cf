using System.Numerics;

namespace Pipeline.Caching.Keys;

/// <summary>A JSON value without a spelling. A number is <c>Digits × 10^Exponent</c>, the digits not ending in 0.</summary>
internal abstract record JsonTree
{
    public sealed record Literal(string Name) : JsonTree;

    public sealed record Number(BigInteger Digits, int Exponent) : JsonTree;

    public sealed record Text(string Value) : JsonTree;

    public sealed record List(IReadOnlyList<JsonTree> Items) : JsonTree;

    public sealed record Object(IReadOnlyList<KeyValuePair<string, JsonTree>> Properties) : JsonTree;

    /// <summary>Counts the values, this one and all inside.</summary>
    public int Count => this switch
    {
        List list => 1 + list.Items.Sum(item => item.Count),
        Object tree => 1 + tree.Properties.Sum(property => property.Value.Count),
        _ => 1,
    };

    /// <summary>Makes another tree, in which the value of a number (counted from this one, which is 0) differs.</summary>
    public JsonTree ChangedAt(int index)
    {
        if (index == 0)
        {
            return Changed();
        }

        index--;
        switch (this)
        {
            case List list:
                return new List([.. list.Items.Select(item => Next(item, ref index))]);
            case Object tree:
                return new Object([.. tree.Properties.Select(property => KeyValuePair.Create(property.Key, Next(property.Value, ref index)))]);
            default:
                return this;
        }
    }

    private static JsonTree Next(JsonTree item, ref int index)
    {
        var at = index;
        index -= item.Count;
        return at >= 0 && at < item.Count ? item.ChangedAt(at) : item;
    }

    private JsonTree Changed() => this switch
    {
        Literal { Name: "null" } => new Literal("false"),
        Literal { Name: "false" } => new Literal("true"),
        Literal => new Literal("null"),
        Number number => new Number((number.Digits * 10) + 1, number.Exponent - 1),
        Text text => new Text(text.Value + " "),
        List list => new List([.. list.Items, new Literal("null")]),
        Object tree => new Object([.. tree.Properties, KeyValuePair.Create<string, JsonTree>("a property that was not there", new Literal("null"))]),
        _ => throw new InvalidOperationException(),
    };
}
