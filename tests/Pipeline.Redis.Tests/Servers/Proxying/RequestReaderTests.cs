using FluentAssertions;
using Xunit;

namespace Pipeline.Redis.Servers.Proxying;

public sealed class RequestReaderTests
{
    [Theory]
    [InlineData("*2\r\n$3\r\nget\r\n$1\r\nk\r\n", "GET k")]
    [InlineData("PING\r\nset k v\r\n", "PING, SET k v")]
    [InlineData("*1\r\n$4\r\nPING\r\n*3\r\n$3\r\nSET\r\n$2\r\n\r\n\r\n$0\r\n\r\n", "PING, SET \r\n ")]
    public void Commands_are_read_whatever_packets_they_come_in(string bytes, string expected)
    {
        var commands = new List<string>();
        var buffer = new ReceiveBuffer();
        foreach (var packet in bytes.Select(character => (byte)character))
        {
            buffer.Free().Span[0] = packet;
            buffer.Received(1);
            while (RequestReader.TryRead(buffer.Unread, out var command))
            {
                buffer.Consume(command!.Frame.Length);
                commands.Add(string.Join(' ', Enumerable.Range(0, command.Count).Select(i => i == 0 ? command.Name : command[i])));
            }
        }

        string.Join(", ", commands).Should().Be(expected);
        buffer.Unread.Length.Should().Be(0);
    }
}
