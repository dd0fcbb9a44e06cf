using System.Globalization;
using System.Text.Json;
using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Steps;
using Xunit;

namespace Pipeline.Caching.Keys;

public sealed class CacheKeyTests
{
    private static readonly Question Input = new("Why?", 0.5m, ["a", "b"]);

    [Fact]
    public void A_key_is_short_ASCII_that_every_backend_can_store()
    {
        var key = Of(Input);

        key.Should().HaveLength(43).And.MatchRegex("^[A-Za-z0-9_-]+$");
        StoredName.FindProblem(key).Should().BeNull();
    }

    [Fact]
    public void Each_part_of_a_request_makes_another_key()
    {
        string[] keys =
        [
            Of(Input),
            Of(Input with { Text = "Why" }),
            Of(Input with { Temperature = 0.50000000000000000001m }),
            Of(Input with { Documents = ["b", "a"] }),
            Of(Input with { Documents = [] }),
            Of(Input with { Documents = null }),
            Of(null),
            Of(Input, step: "answers"),
            Of(Input, version: ""),
            Of(Input, version: "1"),
            Of(Input, model: ""),
            Of(Input, model: "1"),
            Of(Input, model: "null"),
            Of(Input, tenant: "other"),
            Of(Input, tenant: "null"),
            Of(Input, scope: CacheScope.Shared),
        ];

        keys.Should().OnlyHaveUniqueItems();
    }

    [Theory]
    [InlineData("a", "bc", "ab", "c")]
    [InlineData("a\",\"b", "c", "a", "b\",\"c")]
    [InlineData("a,", "b", "a", ",b")]
    [InlineData("a\\", "b", "a", "\\b")]
    public void What_stands_in_one_part_never_counts_as_another(string step, string version, string otherStep, string otherVersion) =>
        Of(Input, step, version).Should().NotBe(Of(Input, otherStep, otherVersion));

    [Fact]
    public void A_missing_part_is_not_filled_by_its_neighbour()
    {
        Of(Input, version: "x", model: null).Should().NotBe(Of(Input, version: null, model: "x"));
        Of(Input, tenant: "answer", step: "x").Should().NotBe(Of(Input, tenant: "x", step: "answer"));
    }

    [Fact]
    public void The_tenant_is_that_of_the_current_call_unless_one_is_given()
    {
        Of(Input).Should().Be(Of(Input, tenant: CallContext.DefaultTenant));
        using (CallContext.Use(new CallContext { Tenant = "acme" }))
        {
            Of(Input).Should().Be(Of(Input, tenant: "acme")).And.NotBe(Of(Input, tenant: CallContext.DefaultTenant));
        }
    }

    [Fact]
    public void Tenants_share_only_where_the_caller_says_so()
    {
        Of(Input, tenant: "a", scope: CacheScope.Shared).Should().Be(Of(Input, tenant: "b", scope: CacheScope.Shared));
        Of(Input, tenant: "a").Should().NotBe(Of(Input, tenant: "b"));
    }

    [Fact]
    public void The_order_in_which_a_dictionary_was_filled_makes_no_difference()
    {
        var one = new Dictionary<string, int> { ["x"] = 1, ["y"] = 2, ["Z"] = 3 };
        var other = new Dictionary<string, int> { ["Z"] = 3, ["y"] = 2, ["x"] = 1 };

        CacheKey.From(one, KeyContext.Default.DictionaryStringInt32, "s").Should().Be(CacheKey.From(other, KeyContext.Default.DictionaryStringInt32, "s"));
    }

    [Fact]
    public void Unicode_normal_forms_stay_different() => Key.Of("\"\u00e9\"").Should().NotBe(Key.Of("\"e\u0301\""));

    [Fact]
    public void A_number_that_a_double_cannot_hold_is_not_rounded()
    {
        Key.Of("9007199254740993").Should().NotBe(Key.Of("9007199254740992"));
        Key.Of("0.1").Should().NotBe(Key.Of("0.1000000000000000055511151231257827"));
        Key.Of("1").Should().NotBe(Key.Of("\"1\""));
    }

    [Fact]
    public void The_culture_makes_no_difference()
    {
        var before = CultureInfo.CurrentCulture;
        var expected = Of(Input with { Temperature = -0.5m });
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NegativeSign = "−";
        try
        {
            CultureInfo.CurrentCulture = culture;
            Of(Input with { Temperature = -0.5m }).Should().Be(expected);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_converter_may_make_keys_itself()
    {
        var inner = new Question("inner");
        var expected = Of(inner);
        var options = new JsonSerializerOptions { TypeInfoResolver = KeyContext.Default, Converters = { new KeyedQuestionConverter() } };
        var info = (System.Text.Json.Serialization.Metadata.JsonTypeInfo<Question>)options.GetTypeInfo(typeof(Question));

        CacheKey.From(inner, info, "outer").Should().Be(CacheKey.From(new RawText($"\"{expected}\""), KeyContext.Default.RawText, "outer"));
    }

    [Fact]
    public async Task Threads_do_not_disturb_each_other()
    {
        var expected = Enumerable.Range(0, 50).Select(i => Of(Input with { Text = i.ToString(CultureInfo.InvariantCulture) })).ToArray();

        await Parallel.ForEachAsync(Enumerable.Range(0, 5_000), (i, _) =>
        {
            Of(Input with { Text = (i % 50).ToString(CultureInfo.InvariantCulture) }).Should().Be(expected[i % 50]);
            return ValueTask.CompletedTask;
        });
    }

    private static string Of(
        Question? input, string step = "answer", string? version = null, string? model = null, string? tenant = null, CacheScope scope = CacheScope.Tenant) =>
        CacheKey.From(input!, KeyContext.Default.Question, step, version, model, tenant, scope);
}
