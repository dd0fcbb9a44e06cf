using System.Buffers;

namespace Pipeline.Caching;

/// <summary>A growing buffer with a limit, whose memory comes from the shared pool and goes back there; it can be used again after that. Not thread safe.</summary>
/// <param name="maxLength">How much it takes; by default, as much as there is memory.</param>
/// <param name="tooLong">Makes the exception for more than that.</param>
internal sealed class KeyBuffer(int maxLength = int.MaxValue, Func<Exception>? tooLong = null) : IBufferWriter<byte>
{
    private const int FirstLength = 1024;
    private const int MaxBytesPerCharacter = 3;

    private byte[] _bytes = [];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Add(byte value)
    {
        GetSpan(1)[0] = value;
        Length++;
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Length += bytes.Length;
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - Length);
        Length += count;
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        if (sizeHint > _bytes.Length - Length || _bytes.Length == Length)
        {
            Grow(Math.Max(1, sizeHint));
        }

        return _bytes.AsSpan(Length);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        _ = GetSpan(sizeHint);
        return _bytes.AsMemory(Length);
    }

    /// <summary>Fails if more was written than the buffer takes. While it is being written, only much more is noticed.</summary>
    public void ThrowIfTooLong()
    {
        if (Length > maxLength)
        {
            throw TooLong();
        }
    }

    /// <summary>Gives the memory back. What was written may be secret, so it does not stay there.</summary>
    public void Release()
    {
        if (_bytes.Length > 0)
        {
            _bytes.AsSpan(0, Length).Clear();
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }

        Length = 0;
    }

    private Exception TooLong() => tooLong?.Invoke() ?? new InvalidOperationException("The value is longer than memory can hold in one piece.");

    private void Grow(int more)
    {
        // A JSON writer asks for as much as a text could need at most, so that what counts is what it will write at least.
        if (Length > maxLength || more / MaxBytesPerCharacter > maxLength || more > Array.MaxLength - Length)
        {
            throw TooLong();
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstLength, Math.Max(Length + more, (int)Math.Min(Array.MaxLength, _bytes.Length * 2L))));
        Written.CopyTo(larger);
        var length = Length;
        Release();
        _bytes = larger;
        Length = length;
    }
}
