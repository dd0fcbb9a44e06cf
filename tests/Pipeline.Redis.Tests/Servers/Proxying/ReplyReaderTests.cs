using System.Text;
using FluentAssertions;
using Xunit;

namespace Pipeline.Redis.Servers.Proxying;

public sealed class ReplyReaderTests
{
    [Theory]
    [InlineData("+OK\r\n")]
    [InlineData("$-1\r\n")]
    [InlineData("$2\r\n\r\n\r\n")]
    [InlineData("*-1\r\n")]
    [InlineData("*2\r\n*1\r\n:1\r\n$0\r\n\r\n")]
    [InlineData("%1\r\n+key\r\n,1.5\r\n")]
    [InlineData(">2\r\n+message\r\n_\r\n")]
    public void A_reply_ends_where_its_last_byte_is(string reply)
    {
        var bytes = Encoding.ASCII.GetBytes(reply);

        ReplyReader.Measure([.. bytes, .. "+next\r\n"u8]).Should().Be(bytes.Length);
        Enumerable.Range(0, bytes.Length).Should().AllSatisfy(length => ReplyReader.Measure(bytes.AsSpan(0, length)).Should().Be(0));
    }
}
