using System.Text.Json;
using FluentAssertions;
using Quickstart.Documents;
using Xunit;

namespace Quickstart;

public sealed class DocumentJsonTests
{
    private static readonly Document Sent = new("/a/b.txt");

    [Fact]
    public void A_message_carries_the_path_alone() =>
        JsonSerializer.Serialize(Sent, DocumentJson.Default.Document).Should().Be("""{"path":"/a/b.txt"}""");

    [Fact]
    public void A_checkpoint_brings_back_all_that_the_steps_have_added()
    {
        var document = Sent with { Text = new DocumentText("text", "UTF-8", 4), Chunks = [new Chunk(1, "text", (float[])[0.25f, -1])] };

        var resumed = JsonSerializer.Deserialize(JsonSerializer.Serialize(document, DocumentJson.Default.Document), DocumentJson.Default.Document)!;

        resumed.Text.Should().Be(document.Text);
        var chunk = resumed.Chunks.Should().ContainSingle().Which;
        (chunk.Line, chunk.Text).Should().Be((1, "text"));
        chunk.Vector.ToArray().Should().Equal(0.25f, -1);
    }
}
