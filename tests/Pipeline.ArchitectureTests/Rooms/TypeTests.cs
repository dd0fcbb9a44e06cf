using FluentAssertions;
using Microsoft.Extensions.Options;
using Pipeline.ArchitectureTests.Dependencies;
using Xunit;

namespace Pipeline.ArchitectureTests.Rooms;

/// <summary>The same rooms in every package, and names that live in peace with the framework's.</summary>
public sealed class TypeTests
{
    private static readonly (string Package, Type Type)[] PublicTypes =
        [.. PackageRule.Table.SelectMany(rule => rule.Load().GetExportedTypes().Select(type => (rule.Name, type)))];

    [Fact]
    public void Public_types_stand_in_the_rooms()
    {
        PublicTypes.Should().NotBeEmpty();
        PublicTypes.Where(entry => !TypeRules.IsInRoom(entry.Package, entry.Type.Namespace))
            .Select(entry => $"{entry.Type.FullName} of {entry.Package}").Should().BeEmpty();
    }

    [Fact]
    public void A_room_of_the_web_is_no_room_of_the_core()
    {
        TypeRules.IsInRoom("Pipeline.AspNetCore", "Pipeline.Dashboard").Should().BeTrue();
        TypeRules.IsInRoom("Pipeline.Core", "Pipeline.Dashboard").Should().BeFalse();
        TypeRules.IsInRoom("Pipeline.Redis", "Pipeline.Redis").Should().BeFalse();
    }

    [Fact]
    public void No_public_type_repeats_a_name_of_the_framework() =>
        PublicTypes.Where(entry => !entry.Type.IsNested)
            .SelectMany(entry => FrameworkTypes.Names[entry.Type.Name].Select(other => $"{entry.Type.FullName} and {other}.{entry.Type.Name}"))
            .Should().BeEmpty();

    [Theory]
    [InlineData("RateLimiter")]
    [InlineData("RateLimitLease")]
    [InlineData("Activity")]
    [InlineData("Meter")]
    [InlineData("HybridCache")]
    [InlineData("HealthStatus")]
    [InlineData("IHostedService")]
    [InlineData("ResiliencePipeline`1")]
    [InlineData("Channel`1")]
    public void The_names_of_the_framework_are_known(string name) => FrameworkTypes.Names[name].Should().NotBeEmpty();

    [Fact]
    public void Options_that_are_bound_have_a_validator() =>
        TypeRules.OptionsWithoutValidator([.. PackageRule.Table.SelectMany(rule => rule.Load().GetTypes())]).Should().BeEmpty();

    [Fact]
    public void Options_without_a_validator_are_found()
    {
        TypeRules.OptionsWithoutValidator([typeof(BoundOptions), typeof(PartOptions)]).Should().HaveCount(2);
        TypeRules.OptionsWithoutValidator([typeof(BoundOptions), typeof(PartOptions), typeof(BoundOptionsValidator)]).Should().BeEmpty();
        TypeRules.OptionsWithoutValidator([typeof(CallOptions)]).Should().BeEmpty();
    }

    public sealed class BoundOptions
    {
        public PartOptions? Part { get; set; }
    }

    public sealed class PartOptions
    {
        public int Size { get; set; }
    }

    public sealed class CallOptions
    {
        public int Size { get; init; }
    }

    public sealed class BoundOptionsValidator : IValidateOptions<BoundOptions>
    {
        public ValidateOptionsResult Validate(string? name, BoundOptions options) => ValidateOptionsResult.Success;
    }
}
