using FluentAssertions;
using Pipeline.Vectors;
using Quickstart.Documents;
using Quickstart.Storage;
using Xunit;

namespace Quickstart;

public sealed class ChunkStoreTests
{
    private readonly InMemoryVectorIndex _index = new();
    private readonly ChunkStore _store;

    public ChunkStoreTests() => _store = new(_index);

    [Fact]
    public async Task The_nearest_chunks_come_first_and_not_more_than_asked_for()
    {
        await PutAsync("a", At(1, "far", 0, 1), At(9, "near", 0.8f, 0.6f));
        await PutAsync("b", At(1, "same", 1, 0));

        (await RecallAsync(count: 2))
            .Select(recalled => (recalled.Path, recalled.Chunk.Line, recalled.Score)).Should().Equal(("b", 1, 1f), ("a", 9, 0.8f));
    }

    [Fact]
    public async Task Chunks_below_the_least_score_do_not_come()
    {
        await PutAsync("a", At(1, "near", 0.8f, 0.6f));

        (await RecallAsync(minScore: 0.81f)).Should().BeEmpty();
        (await RecallAsync(minScore: 0.8f)).Should().ContainSingle();
    }

    [Fact]
    public async Task A_text_that_several_documents_have_comes_once()
    {
        await PutAsync("b", At(1, "licence", 1, 0));
        await PutAsync("a", At(5, "licence", 1, 0));

        (await RecallAsync()).Should().ContainSingle().Which.Path.Should().Be("a");
    }

    [Fact]
    public async Task A_document_that_is_stored_again_replaces_itself()
    {
        await PutAsync("a", At(1, "old", 1, 0), At(2, "older", 1, 0));
        await PutAsync("a", At(1, "new", 1, 0));

        (await RecallAsync()).Should().ContainSingle().Which.Chunk.Text.Should().Be("new");
        _store.Documents.Should().ContainSingle();
        (await _index.CountAsync(new VectorScope("chunks", "default"))).Should().Be(1);
    }

    [Fact]
    public async Task A_path_longer_than_an_id_may_be_is_stored_and_found()
    {
        var path = new string('p', 4_000);
        await PutAsync(path, At(1, "text", 1, 0));

        (await RecallAsync()).Should().ContainSingle().Which.Path.Should().Be(path);
        _store.Find(path).Should().NotBeNull();
    }

    private static Chunk At(int line, string text, float x, float y) => new(line, text, (float[])[x, y]);

    private ValueTask<IReadOnlyList<Recalled>> RecallAsync(int count = 3, float minScore = 0) =>
        _store.RecallAsync((float[])[1, 0], count, minScore, CancellationToken.None);

    private async Task PutAsync(string path, params Chunk[] chunks)
    {
        await _store.OpenAsync(dimensions: 2, CancellationToken.None);
        await _store.PutAsync(new StoredDocument(path, "UTF-8", 1, chunks, TimeSpan.Zero), CancellationToken.None);
    }
}
