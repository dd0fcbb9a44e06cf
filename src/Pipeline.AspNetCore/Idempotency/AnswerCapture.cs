using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pipeline.Idempotency;

/// <summary>Holds the body of an answer back, to be kept before it is sent; one that is too large to keep is let through.</summary>
/// <param name="inner">The body of the response.</param>
/// <param name="mostBytes">The most that is held.</param>
internal sealed class AnswerCapture(IHttpResponseBodyFeature inner, int mostBytes) : PipeWriter, IHttpResponseBodyFeature, IDisposable
{
    private const int FirstBytes = 1024;

    private byte[] _held = [];
    private int _length;
    private Stream? _stream;

    /// <summary>Whether the answer was too large, and is under way to the client.</summary>
    public bool IsLetThrough { get; private set; }

    /// <summary>What is held.</summary>
    public ReadOnlyMemory<byte> Held => _held.AsMemory(0, _length);

    public PipeWriter Writer => this;

    public Stream Stream => _stream ??= AsStream(leaveOpen: true);

    public override bool CanGetUnflushedBytes => !IsLetThrough || inner.Writer.CanGetUnflushedBytes;

    public override long UnflushedBytes => IsLetThrough ? inner.Writer.UnflushedBytes : 0;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (IsLetThrough)
        {
            return inner.Writer.GetMemory(sizeHint);
        }

        var least = _length + Math.Max(1, sizeHint);
        if (least > _held.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(FirstBytes, _held.Length * 2), least));
            var length = _length;
            Held.CopyTo(larger);
            Forget();
            (_held, _length) = (larger, length);
        }

        return _held.AsMemory(_length);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        if (IsLetThrough)
        {
            inner.Writer.Advance(bytes);
            return;
        }

        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _held.Length - _length);
        _length += bytes;
        if (_length > mostBytes)
        {
            IsLetThrough = true;
            inner.Writer.Write(Held.Span);
            Forget();
        }
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        IsLetThrough ? inner.Writer.FlushAsync(cancellationToken) : default;

    public override void CancelPendingFlush()
    {
        if (IsLetThrough)
        {
            inner.Writer.CancelPendingFlush();
        }
    }

    // When the answer is whole is for the middleware to say.
    public override void Complete(Exception? exception = null)
    {
    }

    public Task StartAsync(CancellationToken cancellationToken = default) => IsLetThrough ? inner.StartAsync(cancellationToken) : Task.CompletedTask;

    public Task CompleteAsync() => Task.CompletedTask;

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(Stream, path, offset, count, cancellationToken);

    public void DisableBuffering()
    {
        // What is held is not buffered to save calls, but to be kept.
    }

    public void Dispose() => Forget();

    private void Forget()
    {
        if (_held.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_held);
            (_held, _length) = ([], 0);
        }
    }
}
