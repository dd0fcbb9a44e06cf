using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Pipeline.Caching.Keys;

public sealed class CacheKeyPropertyTests
{
    private const int Depth = 4;

    private static readonly Gen<string> Texts =
        Gen.Elements("", "a", "b", "A", "ab", "é", "e\u0301", "\u20ac", "\ufb33", "\ud83d\ude00", "\"", "\\", "\n", "\u0001", "\u2028", "/", "<&>", " ")
            .ListOf().Select(parts => string.Concat(parts.Take(4)));

    private static readonly Gen<JsonTree> Numbers =
        from digits in Gen.OneOf(Gen.Choose(-20, 20).Select(i => (BigInteger)i), Gen.Choose(1, int.MaxValue).Select(i => BigInteger.Pow(i, 4)))
        from exponent in Gen.Choose(-30, 30)
        select (JsonTree)Number(digits, exponent);

    private static readonly Gen<JsonTree> Leaves = Gen.OneOf(
        Gen.Elements("null", "true", "false").Select(name => (JsonTree)new JsonTree.Literal(name)), Numbers, Texts.Select(text => (JsonTree)new JsonTree.Text(text)));

    private static readonly Gen<(JsonTree Tree, int One, int Other)> Cases =
        from tree in Trees(Depth)
        from one in Gen.Choose(0, int.MaxValue)
        from other in Gen.Choose(0, int.MaxValue)
        select (tree, one, other);

    [Fact]
    public void The_spelling_of_a_value_makes_no_difference() => Check(
        (tree, one, other) => Key.Of(JsonSpelling.Of(tree, one)) == Key.Of(JsonSpelling.Of(tree, other)));

    [Fact]
    public void Parsed_JSON_has_the_key_of_its_text() => Check(
        (tree, one, other) => Key.OfElement(JsonSpelling.Of(tree, one)) == Key.Of(JsonSpelling.Of(tree, other)));

    [Fact]
    public void Any_value_that_changes_makes_another_key() => Check((tree, one, other) =>
    {
        var changed = tree.ChangedAt(other % tree.Count);
        return Key.Of(JsonSpelling.Of(tree, one)) != Key.Of(JsonSpelling.Of(changed, one));
    });

    [Fact]
    public void What_is_canonical_stays_as_it_is() => Check((tree, one, _) =>
    {
        var canonical = Key.CanonicalOf(JsonSpelling.Of(tree, one));
        return canonical == Key.CanonicalOf(canonical);
    });

    private static void Check(Func<JsonTree, int, int, bool> holds) => Prop
        .ForAll(Arb.From(Cases), c => holds(c.Tree, c.One, c.Other))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static Gen<JsonTree> Trees(int depth) => depth == 0
        ? Leaves
        : Gen.OneOf(Leaves, Lists(depth), Objects(depth));

    private static Gen<JsonTree> Lists(int depth) =>
        Gen.Choose(0, 4).SelectMany(count => Trees(depth - 1).ListOf(count)).Select(items => (JsonTree)new JsonTree.List([.. items]));

    private static Gen<JsonTree> Objects(int depth) =>
        from count in Gen.Choose(0, 5)
        from names in Texts.ListOf(count)
        from values in Trees(depth - 1).ListOf(count)
        select (JsonTree)new JsonTree.Object([.. names.Zip(values, KeyValuePair.Create).DistinctBy(property => property.Key, StringComparer.Ordinal)]);

    private static JsonTree.Number Number(BigInteger digits, int exponent)
    {
        if (digits.IsZero)
        {
            return new(0, 0);
        }

        while ((digits % 10).IsZero)
        {
            digits /= 10;
            exponent++;
        }

        return new(digits, exponent);
    }
}
