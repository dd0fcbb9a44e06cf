using System.Buffers;
using System.Text;
using Microsoft.Extensions.Caching.Hybrid;

namespace Pipeline.Caching;

/// <summary>Text as UTF-8, and bytes as they are. Thread safe.</summary>
internal sealed class PlainCacheSerializer : IHybridCacheSerializer<string>, IHybridCacheSerializer<byte[]>
{
    public static readonly PlainCacheSerializer Instance = new();

    // What has no UTF-8 form must not come back as something else.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private PlainCacheSerializer()
    {
    }

    public void Serialize(string value, IBufferWriter<byte> target) => Strict.GetBytes(value, target);

    public void Serialize(byte[] value, IBufferWriter<byte> target) => target.Write(value);

    string IHybridCacheSerializer<string>.Deserialize(ReadOnlySequence<byte> source) => Strict.GetString(source);

    byte[] IHybridCacheSerializer<byte[]>.Deserialize(ReadOnlySequence<byte> source) => source.ToArray();
}
