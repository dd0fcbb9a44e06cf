using FluentAssertions;
using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Abstractions.Tests.Vectors;

public sealed class VectorArgumentsTests
{
    private static readonly VectorCollectionDefinition Cosine = new() { Name = "docs", Model = "small", Dimension = 2 };

    [Fact]
    public void Items_as_they_must_be_are_let_through()
    {
        var act = () => VectorArguments.CheckItems([Item("a", 1, 0), Item("b", 0, 1)], Cosine);

        act.Should().NotThrow();
    }

    [Fact]
    public void A_wrong_dimension_names_both_dimensions_and_the_model()
    {
        var act = () => VectorArguments.CheckItems([Item("a", 1, 2, 3)], Cosine);

        act.Should().Throw<ArgumentException>().WithMessage("*3 components*takes 2*'small'*").Which.ParamName.Should().Be("items");
    }

    [Fact]
    public void A_vector_of_zeros_has_no_direction_but_a_length()
    {
        var cosine = () => VectorArguments.CheckItems([Item("a", 0, -0f)], Cosine);
        var dotProduct = () => VectorArguments.CheckItems([Item("a", 0, 0)], Cosine with { Distance = VectorDistance.DotProduct });

        cosine.Should().Throw<ArgumentException>().WithMessage("*no direction*");
        dotProduct.Should().NotThrow();
    }

    [Fact]
    public void An_id_that_occurs_twice_is_refused()
    {
        var act = () => VectorArguments.CheckItems([Item("a", 1, 0), Item("a", 0, 1)], Cosine);

        act.Should().Throw<ArgumentException>().WithMessage("*same id*");
    }

    [Fact]
    public void A_batch_has_a_size()
    {
        var none = () => VectorArguments.CheckItems([], Cosine);
        var tooMany = () => VectorArguments.CheckItems([.. Enumerable.Range(0, 1001).Select(i => Item($"{i}", 1, 0))], Cosine);
        var tooLarge = () => VectorArguments.CheckItems([.. Enumerable.Range(0, 201).Select(i => Item($"{i}", 1, 0))], Cosine with { Dimension = 10_000 });
        var missing = () => VectorArguments.CheckItems([null!], Cosine);

        none.Should().Throw<ArgumentException>().WithMessage("*0 entries*");
        tooMany.Should().Throw<ArgumentException>().WithMessage("*1001 entries*1 to 1000*");
        tooLarge.Should().Throw<ArgumentException>().WithMessage("*201 items*at most 200*");
        missing.Should().Throw<ArgumentException>().WithMessage("*null*");
    }

    [Fact]
    public void Ids_to_delete_are_names()
    {
        var fine = () => VectorArguments.CheckIds(["a", "a"]);
        var none = () => VectorArguments.CheckIds([]);
        var bad = () => VectorArguments.CheckIds(["a", ""]);

        fine.Should().NotThrow();
        none.Should().Throw<ArgumentException>().Which.ParamName.Should().Be("ids");
        bad.Should().Throw<ArgumentException>().Which.ParamName.Should().Be("ids");
    }

    [Fact]
    public void A_default_scope_is_refused()
    {
        var act = () => VectorArguments.CheckScope(default);

        act.Should().Throw<ArgumentException>();
    }

    private static VectorItem Item(string id, params float[] components) => new() { Id = id, Vector = components };
}
