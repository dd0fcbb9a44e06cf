using FluentAssertions;
using Quickstart.Documents;
using Quickstart.Storage;
using Xunit;

namespace Quickstart;

public sealed class InMemoryChunkStoreTests
{
    private readonly InMemoryChunkStore _store = new();

    [Fact]
    public void The_nearest_chunks_come_first_and_not_more_than_asked_for()
    {
        Put("a", At(1, "far", 0, 1), At(9, "near", 0.8f, 0.6f));
        Put("b", At(1, "same", 1, 0));

        Recall(count: 2)
            .Select(recalled => (recalled.Path, recalled.Chunk.Line, recalled.Score)).Should().Equal(("b", 1, 1f), ("a", 9, 0.8f));
    }

    [Fact]
    public void Chunks_below_the_least_score_do_not_come()
    {
        Put("a", At(1, "near", 0.8f, 0.6f));

        Recall(minScore: 0.81f).Should().BeEmpty();
        Recall(minScore: 0.8f).Should().ContainSingle();
    }

    [Fact]
    public void A_text_that_several_documents_have_comes_once()
    {
        Put("b", At(1, "licence", 1, 0));
        Put("a", At(5, "licence", 1, 0));

        Recall().Should().ContainSingle().Which.Path.Should().Be("a");
    }

    [Fact]
    public void A_document_that_is_stored_again_replaces_itself()
    {
        Put("a", At(1, "old", 1, 0), At(2, "older", 1, 0));
        Put("a", At(1, "new", 1, 0));

        Recall().Should().ContainSingle().Which.Chunk.Text.Should().Be("new");
        _store.Documents.Should().ContainSingle();
    }

    private static Chunk At(int line, string text, float x, float y) => new(line, text, (float[])[x, y]);

    private IReadOnlyList<Recalled> Recall(int count = 3, float minScore = 0) => _store.Recall((float[])[1, 0], count, minScore);

    private void Put(string path, params Chunk[] chunks) => _store.Put(new StoredDocument(path, "UTF-8", 1, chunks, TimeSpan.Zero));
}
