using System.Numerics.Tensors;
using FluentAssertions;
using Microsoft.Extensions.AI;
using Quickstart.Embedding;
using Xunit;

namespace Quickstart;

public sealed class FeatureHashingEmbeddingGeneratorTests : IDisposable
{
    private readonly FeatureHashingEmbeddingGenerator _generator = new();

    [Fact]
    public async Task A_text_has_the_same_vector_alone_and_in_a_batch()
    {
        var alone = await EmbedAsync("leases and receipts");
        var batch = await _generator.GenerateAsync(["something else", "leases and receipts"]);

        batch[1].Vector.ToArray().Should().Equal(alone);
    }

    /// <summary>The values that the authors of FNV-1a publish: a hash that each process seeds anew would make vectors of two runs strangers.</summary>
    [Theory]
    [InlineData("a", 0xAF63DC4C8601EC8C)]
    [InlineData("foobar", 0x85944171F73967E8)]
    public void A_hash_is_the_same_in_every_process(string text, ulong hash) => FeatureHash.Of(text).Should().Be(hash);

    [Theory]
    [InlineData("lease")]
    [InlineData("A message whose lease ran out is counted as a crash, and the message comes again.")]
    [InlineData("größer 数据 Ünïcode")]
    public async Task A_vector_has_length_one(string text)
    {
        var vector = await EmbedAsync(text);

        vector.Should().HaveCount(FeatureHashingEmbeddingGenerator.Dimensions);
        TensorPrimitives.Norm<float>(vector).Should().BeApproximately(1, 1e-5f);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--- *** ---")]
    [InlineData("of the and")]
    public async Task A_text_without_words_of_its_own_has_no_direction(string text) => (await EmbedAsync(text)).Should().OnlyContain(x => x == 0);

    [Theory]
    [InlineData("What happens when a lease runs out?", "A lease that runs out is counted as a crash.", "The cache keeps a value for an hour.")]
    [InlineData("leases of messages", "each message has a lease", "a bucket of tokens")]
    [InlineData("dead letter queue", "the queue's dead letters", "a letter to the dead poets' society")]
    [InlineData("how to redrive", "Task RedriveAsync(DeadLetterFilter filter)", "Task CountAsync(CancellationToken token)")]
    public async Task Texts_that_share_words_are_nearer_than_texts_that_do_not(string text, string similar, string dissimilar)
    {
        var vector = await EmbedAsync(text);

        var near = await EmbedAsync(similar);
        var far = await EmbedAsync(dissimilar);

        TensorPrimitives.Dot<float>(vector, near).Should().BeGreaterThan(TensorPrimitives.Dot<float>(vector, far));
    }

    [Fact]
    public async Task Case_does_not_matter_and_order_does()
    {
        (await EmbedAsync("DEAD Letter")).Should().Equal(await EmbedAsync("dead letter"));
        (await EmbedAsync("letter dead")).Should().NotEqual(await EmbedAsync("dead letter"));
    }

    [Fact]
    public void It_says_what_it_is() =>
        ((IEmbeddingGenerator)_generator).GetService<EmbeddingGeneratorMetadata>()!.ProviderName.Should().Be("feature-hashing");

    public void Dispose() => _generator.Dispose();

    private async Task<float[]> EmbedAsync(string text) => (await _generator.GenerateVectorAsync(text)).ToArray();
}
