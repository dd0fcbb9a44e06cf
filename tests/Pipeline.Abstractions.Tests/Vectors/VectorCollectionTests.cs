using FluentAssertions;
using Pipeline.Vectors;
using Xunit;

namespace Pipeline.Abstractions.Tests.Vectors;

public sealed class VectorCollectionTests
{
    private static readonly VectorCollectionDefinition Definition = new() { Name = "docs", Model = "small", Dimension = 384 };

    public static TheoryData<string, Func<object>> BadValues() => new()
    {
        { "Name", () => Definition with { Name = "" } },
        { "Model", () => Definition with { Model = null! } },
        { "Dimension", () => Definition with { Dimension = 0 } },
        { "Dimension", () => Definition with { Dimension = 16_001 } },
        { "Distance", () => Definition with { Distance = (VectorDistance)3 } },
        { "FilterFields", () => Definition with { FilterFields = Fields("a b", VectorValueKind.Text) } },
        { "FilterFields", () => Definition with { FilterFields = Fields("lang", VectorValueKind.None) } },
        { "FilterFields", () => Definition with { FilterFields = Fields("lang", (VectorValueKind)99) } },
        { "FilterFields", () => Definition with { FilterFields = Enumerable.Range(0, 17).ToDictionary(i => $"f{i}", _ => VectorValueKind.Text, StringComparer.Ordinal) } },
        { "FilterFields", () => Definition with { FilterFields = null! } },
        { "MinItems", () => new VectorValidationOptions { MinItems = -1 } },
        { "SampleSize", () => new VectorValidationOptions { SampleSize = 0 } },
        { "MinRecall", () => new VectorValidationOptions { MinRecall = 1.01 } },
        { "MinRecall", () => new VectorValidationOptions { MinRecall = double.NaN } },
    };

    [Theory]
    [MemberData(nameof(BadValues))]
    public void A_bad_value_is_refused_by_its_propertys_name(string property, Func<object> make) =>
        make.Should().Throw<ArgumentException>().Which.ParamName.Should().Be(property);

    [Fact]
    public void The_given_filter_fields_are_copied()
    {
        var fields = Fields("lang", VectorValueKind.Text);
        var definition = Definition with { FilterFields = fields };

        fields["lang"] = VectorValueKind.Number;

        definition.FilterFields["lang"].Should().Be(VectorValueKind.Text);
    }

    [Fact]
    public void A_version_with_a_problem_cannot_go_live()
    {
        var validation = new VectorValidation { Items = 10, LiveItems = 10, SampleSize = 10, Recall = 1 };

        validation.IsValid.Should().BeTrue();
        (validation with { Problems = ["It has 9 items, and 10 are needed."] }).IsValid.Should().BeFalse();
    }

    [Fact]
    public void The_exception_names_the_collection_and_the_version()
    {
        var exception = new VectorCollectionException("docs", 2, "Version 2 has not been validated. Validate it first.");

        exception.Collection.Should().Be("docs");
        exception.Version.Should().Be(2);
        exception.Message.Should().StartWith("Version 2");
    }

    private static Dictionary<string, VectorValueKind> Fields(string name, VectorValueKind kind) => new(StringComparer.Ordinal) { [name] = kind };
}
