namespace Pipeline.Learning;

/// <summary>A file that takes so many bytes and then fails, as one does on a full disk or under a process that dies.</summary>
internal sealed class FailingStream(FileStream file, long bytes) : Stream
{
    private long _left = bytes;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => file.Length;

    public override long Position
    {
        get => file.Position;
        set => throw new NotSupportedException();
    }

    public override void Flush() => file.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var part = buffer[..(int)Math.Min(buffer.Length, _left)];
        file.Write(part);
        _left -= part.Length;
        if (part.Length < buffer.Length)
        {
            throw new IOException("The disk is full.");
        }
    }

    protected override void Dispose(bool disposing)
    {
        file.Dispose();
        base.Dispose(disposing);
    }
}
