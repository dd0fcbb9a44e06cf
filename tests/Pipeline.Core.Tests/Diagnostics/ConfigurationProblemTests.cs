using FluentAssertions;
using Microsoft.Extensions.Options;
using Pipeline.Backends;
using Xunit;

namespace Pipeline.Diagnostics;

public sealed class ConfigurationProblemTests
{
    [Theory]
    [InlineData("It is 0. Give 1 to 5.", "It is 0.", "Give 1 to 5.")]
    [InlineData("It is 0. Nothing else is. Give 1 to 5.", "It is 0. Nothing else is.", "Give 1 to 5.")]
    [InlineData("Step 'a' is cached. Nothing says how. Call UseJson. Or register a serializer.", "Step 'a' is cached. Nothing says how.", "Call UseJson. Or register a serializer.")]
    [InlineData("It is 1.5 e.g. wrong. Give v1.", "It is 1.5 e.g. wrong.", "Give v1.")]
    [InlineData("Unable to resolve service for type 'System.Uri'.", "Unable to resolve service for type 'System.Uri'.", "Correct it in the code or in the configuration.")]
    [InlineData("Broken. Or is it?", "Broken.", "Or is it?")]
    [InlineData("", "", "Correct it in the code or in the configuration.")]
    public void The_last_sentence_is_the_mend(string message, string summary, string mend) =>
        ConfigurationProblem.Split(new InvalidOperationException(message)).Should().Equal((summary, mend));

    [Fact]
    public void The_name_of_an_argument_is_no_part_of_the_problem()
    {
        var exception = Record.Exception(() => StoredName.ThrowIfInvalid("", "name"));

        exception.Message.Should().EndWith("(Parameter 'name')");
        ConfigurationProblem.Split(exception).Should().Equal(("The name is empty.", "Give 1 to 512 bytes of UTF-8."));
    }

    [Fact]
    public void Each_failure_of_a_validation_is_a_problem() =>
        ConfigurationProblem.Split(new OptionsValidationException("a", typeof(object), ["A is 0. Give 1.", "B is 0. Give 2."])).Should().Equal(("A is 0.", "Give 1."), ("B is 0.", "Give 2."));

    [Fact]
    public void Only_what_says_what_is_configured_wrongly_is_taken_at_its_word()
    {
        ConfigurationProblem.Is(new InvalidOperationException()).Should().BeTrue();
        ConfigurationProblem.Is(Record.Exception(() => StoredName.ThrowIfInvalid(null))).Should().BeTrue();
        ConfigurationProblem.Is(new OptionsValidationException("a", typeof(object), [])).Should().BeTrue();
        ConfigurationProblem.Is(new IOException()).Should().BeTrue("the suite throws it for a file of its own");
        ConfigurationProblem.Is(new InvalidDataException()).Should().BeTrue();
        ConfigurationProblem.Is(new FileNotFoundException()).Should().BeFalse("it comes from anywhere");
        ConfigurationProblem.Is(new OperationCanceledException()).Should().BeFalse();
    }
}
