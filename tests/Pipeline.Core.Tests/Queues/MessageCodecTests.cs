using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FluentAssertions;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.Queues;

public sealed class MessageCodecTests
{
    private static readonly JsonMessageSerializer<Document> Json = new(
        (JsonTypeInfo<Document>)JsonSerializerOptions.Web.GetTypeInfo(typeof(Document)));

    [Fact]
    public void A_value_is_read_back_as_it_was_written()
    {
        var codec = CodecOf(Json);

        var read = codec.Read(Message(codec.Write(new Document("ä", "text")), codec.Schema));

        read.Should().Be(new Document("ä", "text"));
        codec.Schema.ContentType.Should().Be("application/json");
    }

    [Fact]
    public void A_checkpoint_is_read_in_place_of_the_body()
    {
        var codec = CodecOf(Json);
        var checkpoint = new MessageCheckpoint("embed", codec.Write(new Document("later")));

        codec.Read(Message("no JSON"u8.ToArray(), codec.Schema), checkpoint).Name.Should().Be("later");
    }

    [Theory]
    [InlineData("{\"name\":\"a\"} trailing")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    public void What_is_no_value_is_unreadable(string body)
    {
        var codec = CodecOf(Json);

        var act = () => codec.Read(Message(Encoding.UTF8.GetBytes(body), codec.Schema));

        act.Should().Throw<UnreadableMessageException>().WithMessage("The body could not be read as 'document' (JsonException).")
            .WithInnerException<JsonException>();
    }

    [Fact]
    public void Whatever_a_serializer_throws_on_a_read_makes_the_message_unreadable_and_is_not_quoted()
    {
        var codec = CodecOf(new ThrowingSerializer());

        var act = () => codec.Read(Message("secret"u8.ToArray(), codec.Schema));

        act.Should().Throw<UnreadableMessageException>().Which.Message.Should().Contain("InvalidCastException").And.NotContain("secret");
    }

    [Fact]
    public void Whatever_a_serializer_throws_on_a_write_names_queue_and_type_and_not_the_value()
    {
        var codec = CodecOf(new ThrowingSerializer());

        var act = () => codec.Write(new Document("secret"));

        act.Should().Throw<InvalidOperationException>()
            .WithMessage("A value of Document could not be encoded for queue 'documents' (InvalidCastException).*correct the value or the serializer.")
            .Which.Message.Should().NotContain("secret");
    }

    private static MessageCodec<Document> CodecOf(IMessageSerializer<Document> serializer) =>
        new("documents", new MessageSchema("document", 1, serializer.ContentType), oldestVersion: 1, serializer);

    private static QueueMessage Message(ReadOnlyMemory<byte> body, MessageSchema schema) => new(body) { Schema = schema };

    private sealed class ThrowingSerializer : IMessageSerializer<Document>
    {
        public string ContentType => "application/x-test";

        public void Serialize(Document value, IBufferWriter<byte> destination) => throw new InvalidCastException($"Cannot write {value.Name}.");

        public Document Deserialize(ReadOnlyMemory<byte> body) => throw new InvalidCastException($"Cannot read {Encoding.UTF8.GetString(body.Span)}.");
    }
}
