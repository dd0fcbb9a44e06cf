using System.Buffers;
using Microsoft.Extensions.Caching.Hybrid;
using Pipeline.Telemetry;

namespace Pipeline.Steps;

/// <summary>Reads and writes the bytes of step values, as <c>docs/formats.md</c> describes them, "Step value, version 1". Thread safe.</summary>
/// <param name="values">Reads and writes the answer itself, which is never null there.</param>
internal sealed class StepValueSerializer<TOut>(IHybridCacheSerializer<TOut> values) : IHybridCacheSerializer<StepValue<TOut>>
{
    private const byte Version = 1;
    private const byte HasValue = 1;
    private const byte HasOrigin = 2;

    public void Serialize(StepValue<TOut> value, IBufferWriter<byte> target)
    {
        var flags = (value.Value is null ? 0 : HasValue) | (value.Origin is null ? 0 : HasOrigin);
        target.Write([Version, (byte)flags]);
        if (value.Origin is { } origin)
        {
            ValueOriginFormat.Write(target, origin);
        }

        if (value.Value is { } answer)
        {
            values.Serialize(answer, target);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">It is no step value of this version. The serializer of the answer may throw others.</exception>
    public StepValue<TOut> Deserialize(ReadOnlySequence<byte> source)
    {
        var reader = new SequenceReader<byte>(source);
        if (!reader.TryRead(out var version) || version != Version || !reader.TryRead(out var flags) || (flags & ~(HasValue | HasOrigin)) != 0)
        {
            throw new InvalidDataException("The stored answer is of a version that is not known here.");
        }

        var origin = (flags & HasOrigin) == 0 ? null : ValueOriginFormat.Read(ref reader);
        if ((flags & HasValue) != 0)
        {
            return new(values.Deserialize(reader.UnreadSequence), origin);
        }

        return reader.End ? new(default!, origin) : throw new InvalidDataException("Something follows the stored answer.");
    }
}
