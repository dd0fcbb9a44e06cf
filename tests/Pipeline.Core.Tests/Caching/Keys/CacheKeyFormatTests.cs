using System.Text.Json;
using FluentAssertions;
using Xunit;

namespace Pipeline.Caching.Keys;

/// <summary>Keys as <c>docs/formats.md</c> gives them. One that changes empties every cache in use: it takes a new version.</summary>
public sealed class CacheKeyFormatTests
{
    [Fact]
    public void Keys_are_those_of_version_1()
    {
        // The SHA-256, in base64url, of: [1,"default","answer",null,null,{"before":null,"documents":null,"temperature":0,"text":"Why?"}]
        CacheKey.From(new Question("Why?"), KeyContext.Default.Question, "answer")
            .Should().Be("GWeSaX1hwZTDCqT2_LWf3_rFVLSJObJGKop29QTV4YE");

        // [1,"acme","answer","2","gpt-x",{"before":null,"documents":["b","a"],"temperature":0.5,"text":"Größe \"x\"\n😀"}]
        CacheKey.From(new Question("Größe \"x\"\n😀", 0.50m, ["b", "a"]), KeyContext.Default.Question, "answer", "2", "gpt-x", "acme")
            .Should().Be("NAiEd6BoTbM_jCGA56gbDnrxXBe0w1vWCKRARAMQ_dI");

        // [1,null,"embed",null,"mini",[1,1000,1e-7,1.2345678901234567890123456789e+29,{"a":{"b":1,"c":[]},"z":true}]]
        using var document = JsonDocument.Parse("""
            [1.0, 1e3, 0.1E-6, 123456789012345678901234567890, {"z": true, "a": {"c": [], "\u0062": 1}}]
            """);
        CacheKey.From(document.RootElement, KeyContext.Default.JsonElement, "embed", model: "mini", scope: CacheScope.Shared)
            .Should().Be("x0lb3bdnMhZGZ7NiGgoESVs0j3xeCXDdKxIu1fpFXaE");
        CacheKey.Version.Should().Be(1);
    }
}
