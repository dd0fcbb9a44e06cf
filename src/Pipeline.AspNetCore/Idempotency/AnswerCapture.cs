using System.Buffers;

namespace Pipeline.Idempotency;

/// <summary>Holds the body of an answer back, to be kept before it is sent; one that is too large to keep is let through.</summary>
/// <param name="body">The body of the response.</param>
/// <param name="mostBytes">The most that is held.</param>
internal sealed class AnswerCapture(Stream body, int mostBytes) : Stream
{
    private const int FirstBytes = 1024;

    private byte[] _held = [];
    private int _length;

    /// <summary>Whether the answer was too large, and is under way to the client.</summary>
    public bool IsLetThrough { get; private set; }

    /// <summary>What is held.</summary>
    public ReadOnlyMemory<byte> Held => _held.AsMemory(0, _length);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
        if (IsLetThrough)
        {
            body.Flush();
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => IsLetThrough ? body.FlushAsync(cancellationToken) : Task.CompletedTask;

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (TryHold(buffer))
        {
            return;
        }

        if (!IsLetThrough)
        {
            IsLetThrough = true;
            body.Write(Held.Span);
            Forget();
        }

        body.Write(buffer);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (TryHold(buffer.Span))
        {
            return;
        }

        if (!IsLetThrough)
        {
            IsLetThrough = true;
            await body.WriteAsync(Held, cancellationToken).ConfigureAwait(false);
            Forget();
        }

        await body.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        Forget();
        base.Dispose(disposing);
    }

    private bool TryHold(ReadOnlySpan<byte> buffer)
    {
        if (IsLetThrough || buffer.Length > mostBytes - _length)
        {
            return false;
        }

        if (buffer.Length > _held.Length - _length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(FirstBytes, _held.Length * 2), _length + buffer.Length));
            var length = _length;
            Held.CopyTo(larger);
            Forget();
            (_held, _length) = (larger, length);
        }

        buffer.CopyTo(_held.AsSpan(_length));
        _length += buffer.Length;
        return true;
    }

    private void Forget()
    {
        if (_held.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_held);
            (_held, _length) = ([], 0);
        }
    }
}
