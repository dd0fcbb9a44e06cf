using System.Text;
using FluentAssertions;
using Pipeline.RateLimiting;
using Xunit;

namespace Pipeline.Redis.RateLimiting;

public sealed class LimiterTagTests
{
    [Theory]
    [InlineData("step:6:answer:tokens:tenant:acme", "step:6:answer:tokens:tenant:{acme}")]
    [InlineData("step:6:answer:calls:nobody:acme", "step:6:answer:calls:nobody:{acme}")]
    [InlineData("rule:10:per-tenant:calls:user:4:acme:ada", "rule:10:per-tenant:calls:user:4:{acme}:ada")]
    [InlineData("rule:3:a:b:calls:tenant:a:b", "rule:3:a:b:calls:tenant:{a:b}")]
    [InlineData("step:6:answer:calls2:user:3:a:b:c:d", "step:6:answer:calls2:user:3:{a:b}:c:d")]
    [InlineData("tenant:acme", "tenant:{acme}")]
    [InlineData("user:4:acme:ada", "user:4:{acme}:ada")]
    [InlineData("tenant:", "{tenant:}")]
    [InlineData("user:9:acme:ada", "{user:9:acme:ada}")]
    [InlineData("step:6:answer:calls", "{step:6:answer}:calls")]
    [InlineData("step:6:answer:tokens2", "{step:6:answer}:tokens2")]
    [InlineData("step:6:answer:calls:key:report.pdf", "step:6:answer:calls:key:{report.pdf}")]
    [InlineData("step:6:answer:calls:key:{acme}report.pdf", "step:6:answer:calls:key:%7B{acme}%7Dreport.pdf")]
    [InlineData("api-key:{acme}:7", "api-key:%7B{acme}%7D:7")]
    [InlineData("anything", "{anything}")]
    [InlineData("a{}b", "{a%7B%7Db}")]
    [InlineData("100%", "{100%25}")]
    [InlineData("step:6:{a}b}c:calls:tenant:a{b}", "step:6:%7Ba%7Db%7Dc:calls:tenant:{a%7Bb%7D}")]
    [InlineData("step:6:answer:calls:key:", "{step:6:answer:calls:key:}")]
    [InlineData("step:x:answer:calls", "{step:x:answer:calls}")]
    [InlineData("step:99:answer:calls", "{step:99:answer:calls}")]
    [InlineData("step:", "{step:}")]
    [InlineData("tenant:zürich", "tenant:{zürich}")]
    public void A_key_is_named_with_its_tag_in_braces(string key, string name) =>
        Encoding.UTF8.GetString(LimiterTag.Name("p:"u8, key)).Should().Be("p:" + name);
}
