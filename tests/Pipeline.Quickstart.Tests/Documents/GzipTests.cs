using FluentAssertions;
using Quickstart.Documents;
using Xunit;

namespace Quickstart;

public sealed class GzipTests
{
    private const int Bound = 1024 * 1024;

    private static readonly byte[] Content = [.. Enumerable.Range(0, 20_000).SelectMany(i => BitConverter.GetBytes(i * 7_919))];

    private static readonly byte[] Whole = TemporaryFolder.Gzip(Content);

    [Fact]
    public void What_was_compressed_comes_back() => Gzip.Decompress(Whole, Bound).Should().Equal(Content);

    [Fact]
    public void All_members_of_a_file_come_back() =>
        Gzip.Decompress([.. Whole, .. TemporaryFolder.Gzip([1, 2, 3])], Bound).Should().Equal([.. Content, 1, 2, 3]);

    [Fact]
    public void A_file_that_was_cut_off_anywhere_is_damaged()
    {
        foreach (var length in (int[])[3, 5, 10, 17, Whole.Length / 2, Whole.Length - 9, Whole.Length - 8, Whole.Length - 4, Whole.Length - 1])
        {
            FluentActions.Invoking(() => Gzip.Decompress(Whole[..length], Bound))
                .Should().Throw<InvalidDataException>($"{length} of {Whole.Length} bytes are not the whole").WithMessage("damaged*");
        }
    }

    [Fact]
    public void A_second_member_that_was_cut_off_is_damaged() =>
        FluentActions.Invoking(() => Gzip.Decompress([.. Whole, .. Whole[..(Whole.Length / 2)]], Bound)).Should().Throw<InvalidDataException>().WithMessage("damaged*");

    [Fact]
    public void A_flipped_bit_is_damage()
    {
        byte[] flipped = [.. Whole];
        flipped[Whole.Length / 2] ^= 0x10;

        FluentActions.Invoking(() => Gzip.Decompress(flipped, Bound)).Should().Throw<InvalidDataException>().WithMessage("damaged*");
    }

    [Fact]
    public void A_small_file_that_decompresses_to_a_large_one_is_refused_at_the_bound()
    {
        var bomb = TemporaryFolder.Gzip(new byte[Bound + 1]);

        bomb.Length.Should().BeLessThan(Bound / 100);
        FluentActions.Invoking(() => Gzip.Decompress(bomb, Bound)).Should().Throw<InvalidDataException>().WithMessage("longer than 1 MiB when decompressed");
    }

    [Fact]
    public void What_is_exactly_as_long_as_the_bound_is_taken() => Gzip.Decompress(TemporaryFolder.Gzip(new byte[Bound]), Bound).Should().HaveCount(Bound);
}
