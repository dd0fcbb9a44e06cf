using System.Buffers;
using Xunit;

namespace Pipeline.Conformance.Caching;

/// <summary>
/// A destination that hands out no more room than it was asked for, at least <paramref name="chunk"/> bytes, and notices what is written
/// without a right: beyond the room, without having asked for it, or after the call.
/// </summary>
internal sealed class StrictBufferWriter(int chunk = 16) : IBufferWriter<byte>
{
    private readonly List<(byte[] Room, int Length)> _parts = [];
    private byte[]? _room;
    private byte[]? _frozen;
    private volatile bool _isLate;

    public int Length { get; private set; }

    public void Advance(int count)
    {
        RefuseLate();
        Assert.True(_room is not null || count == 0, "The destination was advanced without having been asked for room.");
        Assert.InRange(count, 0, _room?.Length ?? 0);
        if (_room is not null)
        {
            _parts.Add((_room, count));
            _room = null;
            Length += count;
        }
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        RefuseLate();
        Assert.True(sizeHint >= 0, $"The destination was asked for {sizeHint} bytes.");
        return _room = new byte[Math.Max(sizeHint, chunk)];
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>What was written. From here on, nothing may be.</summary>
    public ReadOnlyMemory<byte> Freeze() => _frozen ??= Collect();

    /// <summary>Makes sure that nothing was written since <see cref="Freeze"/>, not even into room that was handed out before.</summary>
    public void AssertUntouched() =>
        Assert.True(!_isLate && Freeze().Span.SequenceEqual(Collect()), "The destination was touched after the call.");

    private void RefuseLate()
    {
        if (_frozen is not null)
        {
            _isLate = true;
            throw new InvalidOperationException("The destination is touched after the call.");
        }
    }

    private byte[] Collect()
    {
        var all = new byte[Length];
        var end = 0;
        foreach (var (room, length) in _parts)
        {
            room.AsSpan(0, length).CopyTo(all.AsSpan(end));
            end += length;
        }

        return all;
    }
}
