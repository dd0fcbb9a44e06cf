using System.Text;
using FluentAssertions;
using Xunit;

namespace Pipeline.Admin;

public sealed class SettingsJsonTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"a+<ü>":"'é'"}""")]
    [InlineData("""{"a":"1"}""")]
    [InlineData("""{"a":{"b":["x","y",{"c":"z"},["q"]]}}""")]
    [InlineData("""{"a":["0","1","2","3","4","5","6","7","8","9","10"]}""")]
    [InlineData("""{"a":{"1":"second"}}""")]
    [InlineData("""{"a":null,"b":""}""")]
    [InlineData("""{"models":{"large":"5","large:1":"10","small":{"2":"1"}}}""")]
    [InlineData("""{"a":{"0":"5","0:x":"6"}}""")]
    public void Settings_are_written_as_they_were_read(string json)
    {
        var settings = SettingsJson.Read(Stream(json));

        var written = SettingsJson.Write(settings);

        SettingsJson.Read(Stream(Encoding.UTF8.GetString(written.Span))).Should().Equal(settings);
        Encoding.UTF8.GetString(written.Span).Where(static c => !char.IsWhiteSpace(c)).Should().HaveSameCount(json, "the shape is the same");
    }

    [Fact]
    public void What_is_empty_is_read_as_the_configuration_has_it() => SettingsJson.Read(Stream("""{"a":{},"b":[],"c":null,"d":7,"e":true}"""))
        .Should().Equal(new Dictionary<string, string?> { ["a"] = null, ["b"] = "", ["c"] = null, ["d"] = "7", ["e"] = "True" });

    private static MemoryStream Stream(string json) => new(Encoding.UTF8.GetBytes(json));
}
