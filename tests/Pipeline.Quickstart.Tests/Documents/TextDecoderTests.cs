using System.Text;
using FluentAssertions;
using Quickstart.Documents;
using Xunit;

namespace Quickstart;

public sealed class TextDecoderTests
{
    private const string Text = "Größe, naïve café – “quoted”";

    public static TheoryData<string, byte[]> Encoded => new()
    {
        { "UTF-8", Encoding.UTF8.GetBytes(Text) },
        { "UTF-8 with a mark", [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Text)] },
        { "UTF-16", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Text)] },
        { "UTF-16", [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(Text)] },
        { "UTF-32", [0xFF, 0xFE, 0, 0, .. Encoding.UTF32.GetBytes(Text)] },
        { "Windows-1252 (a guess)", CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetBytes(Text) },
    };

    [Theory]
    [MemberData(nameof(Encoded))]
    public void Text_is_the_same_in_every_encoding(string encoding, byte[] bytes) => TextDecoder.Decode(bytes).Should().Be((Text, encoding));

    [Fact]
    public void Latin_1_is_read_as_text() => TextDecoder.Decode(Encoding.Latin1.GetBytes("déjà vu")).Text.Should().Be("déjà vu");

    [Fact]
    public void A_manual_with_overstruck_and_coloured_characters_is_text() =>
        TextDecoder.Decode("N\bNA\bAM\bME\bE \e[1mbold\e[0m\f"u8).Encoding.Should().Be("UTF-8");

    public static TheoryData<byte[]> Binary => [[.. "text"u8, 0, .. "text"u8], [.. "\x01\x02\x03 short"u8], [.. Enumerable.Range(1, 255).Select(i => (byte)i)]];

    [Theory]
    [MemberData(nameof(Binary))]
    public void Bytes_that_are_no_text_are_refused(byte[] bytes) => Refusal(bytes).Should().Contain("binary");

    [Fact]
    public void A_file_of_white_space_is_refused() => Refusal("  \n\t"u8.ToArray()).Should().Contain("white space");

    [Fact]
    public void A_file_that_lies_about_its_encoding_is_refused() => Refusal([0xEF, 0xBB, 0xBF, 0xC3, 0x28]).Should().Contain("UTF-8");

    private static string Refusal(byte[] bytes) => FluentActions.Invoking(() => TextDecoder.Decode(bytes)).Should().Throw<InvalidDataException>().Which.Message;
}
