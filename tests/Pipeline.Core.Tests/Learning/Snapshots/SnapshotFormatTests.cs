using System.Security.Cryptography;
using FluentAssertions;
using Xunit;

namespace Pipeline.Learning;

/// <summary>The bytes themselves. Whoever changes one of the snapshots changes the format, and needs a new version of it.</summary>
public sealed class SnapshotFormatTests : IDisposable
{
    private const string EmptySnapshot =
        "89504c4c0d0a1a0a" + "01000000" + "00000000" + "80b397f88df056f94a7479ab53ac5916aa6df56716d740236c399a2d016a26a8";

    // Made by another program from docs/formats.md as well.
    private const string FullSnapshot =
        "89504c4c0d0a1a0a"
        + "01000000"
        + "01000000"
        + "0461636d65"
        + "02000000"
        + "0572756e2d310764656661756c7406616e7377657200000d49742074696d6564206f75742e0000b04b57f65e47060000"
        + "00000000"
        + "0572756e2d320772756e626f6f6b06616e737765720107706c616e6e6572030bc39c6265726c61737465740205726574727904776169740206726567696f6e026575047469657204676f6c64b14b57f65e47060001b00b92d0dbd60600"
        + "02000000"
        + "03662d320300b0937ea360470600"
        + "03662d310101026f6bb0efeacc5f470600"
        + "01000000"
        + "05736d616c6c0200000001000000"
        + "010000009a99193fcdcc4c3f"
        + "a9b26ac521555b4d214e0911d019e132d8a5be8c18279369853e379302ec3330";

    private readonly SnapshotFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_snapshot_of_nothing_has_these_bytes() => Hex(SnapshotSamples.Write([])).Should().Be(EmptySnapshot);

    [Fact]
    public void A_snapshot_with_everything_has_these_bytes() => Hex(SnapshotSamples.Write(SnapshotSamples.Contents)).Should().Be(FullSnapshot);

    [Fact]
    public async Task Bytes_that_were_stored_once_are_read_for_ever()
    {
        await File.WriteAllBytesAsync(_folder.Path, Convert.FromHexString(FullSnapshot));

        await using var store = new InMemoryLearningStore(_folder.Path);

        var page = await store.QueryAsync(new LearningFilter { Tenant = "acme" });
        var full = page.Items[0];
        full.Record.Should().BeEquivalentTo(SnapshotSamples.Full);
        page.Items[1].Record.Should().BeEquivalentTo(SnapshotSamples.Plain);
        full.Outcomes.Should().Be(new OutcomeCounts { Improved = 1, Worse = 1 });
        (full.Outcome, full.FollowUpId, full.Notes, full.Reported)
            .Should().Be((LearningOutcome.Improved, "f-1", "ok", SnapshotSamples.Time.AddHours(1)));
        var match = (await store.RecallAsync(new RecallQuery
        {
            Filter = new LearningFilter { Tenant = "acme" },
            Embedding = new LearningEmbedding("small", new float[] { 1, 0 }),
            MinScore = 0,
        })).Matches.Should().ContainSingle().Subject;
        match.Learning.Id.Should().Be(full.Id);
        match.Score.Similarity.Should().BeApproximately(0.6, 1e-6);
    }

    [Fact]
    public void Every_truncation_is_an_error_that_names_the_file_and_leaves_it_alone()
    {
        var bytes = Convert.FromHexString(FullSnapshot);

        for (var length = 0; length < bytes.Length; length++)
        {
            ShouldBeRefused(bytes[..length], $"{length} of {bytes.Length} bytes are left");
        }
    }

    [Fact]
    public void Every_flipped_bit_is_an_error_that_names_the_file_and_leaves_it_alone()
    {
        var bytes = Convert.FromHexString(FullSnapshot);

        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            ShouldBeRefused(bytes, $"bit {bit % 8} of byte {bit / 8} is flipped");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void A_file_that_goes_on_after_its_end_is_an_error() =>
        ShouldBeRefused([.. Convert.FromHexString(FullSnapshot), 0], "a byte follows").Message.Should().Contain("its checksum does not match");

    [Fact]
    public void A_later_version_is_an_error_that_says_so()
    {
        var bytes = Convert.FromHexString(FullSnapshot);
        bytes[8] = 2;

        ShouldBeRefused(bytes, "it is of version 2").Message.Should().Contain("has version 2, and this release reads version 1");
    }

    [Fact]
    public void Any_other_file_is_an_error_that_says_so() =>
        ShouldBeRefused("{ \"learnings\": [] }"u8.ToArray(), "it is JSON").Message.Should().Contain("is no snapshot of learnings");

    // Whoever writes such a file has a right checksum: what it says must still not be believed.
    [Theory]
    [InlineData(12, 0x7FFFFFFF)]
    [InlineData(12, -1)]
    [InlineData(12, 0)]
    [InlineData(21, -1)]
    [InlineData(21, 1)]
    [InlineData(21, 0x7FFFFFFF)]
    public void A_count_that_cannot_be_is_an_error(int offset, int count)
    {
        var bytes = Convert.FromHexString(FullSnapshot)[..^SHA256.HashSizeInBytes];
        BitConverter.GetBytes(count).CopyTo(bytes, offset);

        ShouldBeRefused([.. bytes, .. SHA256.HashData(bytes)], $"the count at {offset} is {count}");
    }

    [Fact]
    public void What_cannot_be_a_learning_is_an_error()
    {
        foreach (var contents in new[]
        {
            SnapshotSamples.Contents[0] with { Embeddings = [new EmbeddingContents("small", 2, [(2, new float[] { 1, 0 })])] },
            SnapshotSamples.Contents[0] with { Embeddings = [new EmbeddingContents("small", 2, [(0, new float[] { 0, 0 })])] },
            SnapshotSamples.Contents[0] with { Embeddings = [new EmbeddingContents("small", 2, [(0, new float[] { 1, float.NaN })])] },
            SnapshotSamples.Contents[0] with { Embeddings = [new EmbeddingContents("", 2, [(0, new float[] { 1, 0 })])] },
            SnapshotSamples.Contents[0] with { Embeddings = [new EmbeddingContents("small", 2, [(0, new float[] { 1, 0 }), (0, new float[] { 1, 0 })])] },
            SnapshotSamples.Contents[0] with { Learnings = [SnapshotSamples.Contents[0].Learnings[1], SnapshotSamples.Contents[0].Learnings[1]] },
            SnapshotSamples.Contents[0] with { Learnings = [new(SnapshotSamples.Contents[0].Learnings[0].Id, SnapshotSamples.Plain, [new("f", new StoredReport(LearningOutcome.Open, null, default))])], Embeddings = [] },
            SnapshotSamples.Contents[0] with { Learnings = [new(SnapshotSamples.Contents[0].Learnings[0].Id, SnapshotSamples.Plain, [new("f", new StoredReport((LearningOutcome)9, null, default))])], Embeddings = [] },
            SnapshotSamples.Contents[0] with { Learnings = [new(SnapshotSamples.Contents[0].Learnings[0].Id, SnapshotSamples.Plain, [new("", new StoredReport(LearningOutcome.Worse, null, default))])], Embeddings = [] },
            SnapshotSamples.Contents[0] with { Tenant = "a\n" },
        })
        {
            ShouldBeRefused(SnapshotSamples.Write([contents]), contents.ToString());
        }

        ShouldBeRefused(SnapshotSamples.Write([SnapshotSamples.Contents[0], SnapshotSamples.Contents[0]]), "a tenant occurs twice");
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private InvalidDataException ShouldBeRefused(byte[] bytes, string because)
    {
        File.WriteAllBytes(_folder.Path, bytes);
        var act = () => new InMemoryLearningStore(_folder.Path);

        var exception = act.Should().Throw<InvalidDataException>(because).WithMessage($"The learnings in '{_folder.Path}' cannot be read: the file *move it away*").Which;
        File.ReadAllBytes(_folder.Path).Should().Equal(bytes, because);
        return exception;
    }
}
