using FluentAssertions;
using Xunit;

namespace Pipeline.Idempotency;

public sealed class IdempotencyKeyTests
{
    [Theory]
    [InlineData("8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324")]
    [InlineData("\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", "8e03978e-40d5-43dd-bc93-6894a57f9324")]
    [InlineData("\"a\\\"b\\\\c\"", "a\"b\\c")]
    [InlineData("a,b;c=d", "a,b;c=d")]
    [InlineData("", null)]
    [InlineData("\"\"", null)]
    [InlineData("\"", null)]
    [InlineData("\"a", null)]
    [InlineData("\"a\"b", null)]
    [InlineData("\"a\\", null)]
    [InlineData("\"a\\b\"", null)]
    [InlineData("\"a\";x=1", null)]
    [InlineData("a b", null)]
    [InlineData("\"a b\"", null)]
    [InlineData("é", null)]
    [InlineData("a\tb", null)]
    public void A_key_is_visible_text_with_or_without_quotes(string header, string? key) => IdempotencyKey.TryParse(header).Should().Be(key);

    [Fact]
    public void A_key_has_at_most_255_characters()
    {
        IdempotencyKey.TryParse(new string('k', 255)).Should().NotBeNull();
        IdempotencyKey.TryParse($"\"{new string('k', 255)}\"").Should().NotBeNull();
        IdempotencyKey.TryParse(new string('k', 256)).Should().BeNull();
        IdempotencyKey.TryParse($"\"{new string('k', 256)}\"").Should().BeNull();
    }
}
