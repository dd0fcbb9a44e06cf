namespace Pipeline.TestSupport.Proxying;

/// <summary>Bytes that have come and are not yet cut into commands or replies.</summary>
public sealed class ReceiveBuffer
{
    private const int LeastFree = 16 * 1024;
    private byte[] _bytes = new byte[LeastFree * 2];
    private int _start;
    private int _end;

    public ReadOnlySpan<byte> Unread => _bytes.AsSpan(_start, _end - _start);

    /// <summary>Returns where the next bytes go.</summary>
    public Memory<byte> Free()
    {
        if (_start > 0)
        {
            Unread.CopyTo(_bytes);
            (_start, _end) = (0, _end - _start);
        }

        if (_bytes.Length - _end < LeastFree)
            Array.Resize(ref _bytes, _bytes.Length * 2);
        return _bytes.AsMemory(_end);
    }

    public void Received(int count) => _end += count;

    public void Consume(int count) => _start += count;
}
