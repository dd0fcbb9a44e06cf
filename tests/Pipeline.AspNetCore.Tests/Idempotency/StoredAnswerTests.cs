using System.Text;
using FluentAssertions;
using Xunit;

namespace Pipeline.Idempotency;

/// <summary>The stored format of answers (docs/formats.md).</summary>
public sealed class StoredAnswerTests
{
    private static readonly StoredAnswer Answer = new(201, [new("Content-Type", "text/plain"), new("Location", "/é")], "body"u8.ToArray());

    [Fact]
    public void The_format_is_as_documented() => Convert.ToHexString(Answer.Write()).Should().Be(
        "01" + "01" + "00C9" + "0002"
        + "000C" + Hex("Content-Type") + "0000000A" + Hex("text/plain")
        + "0008" + Hex("Location") + "00000003" + Hex("/é")
        + Hex("body"));

    [Fact]
    public void What_was_too_large_is_marked() => Convert.ToHexString(StoredAnswer.NotKept(200).Write()).Should().Be("010000C80000");

    [Fact]
    public void What_was_written_is_read_back()
    {
        var read = StoredAnswer.TryRead(Answer.Write())!.Value;

        read.IsKept.Should().BeTrue();
        read.Status.Should().Be(201);
        read.Headers.Should().Equal(Answer.Headers);
        read.Body.ToArray().Should().Equal(Answer.Body.ToArray());
        StoredAnswer.TryRead(StoredAnswer.NotKept(404).Write())!.Value.Should().BeEquivalentTo(new { IsKept = false, Status = 404 });
    }

    [Fact]
    public void What_is_damaged_or_of_a_later_format_is_no_answer()
    {
        var bytes = Answer.Write();
        var head = bytes.Length - Answer.Body.Length;

        for (var length = 0; length < head; length++)
            StoredAnswer.TryRead(bytes.AsMemory(0, length)).Should().BeNull($"it was cut off after {length} bytes");
        StoredAnswer.TryRead(new byte[] { 2, 1, 0, 200, 0, 0 }).Should().BeNull();
        StoredAnswer.TryRead(new byte[] { 1, 1, 255, 255, 0, 0 }).Should().BeNull();
        StoredAnswer.TryRead(new byte[] { 1, 1, 0, 200, 0, 1, 0, 1, (byte)'a', 255, 255, 255, 255 }).Should().BeNull();
    }

    private static string Hex(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text));
}
