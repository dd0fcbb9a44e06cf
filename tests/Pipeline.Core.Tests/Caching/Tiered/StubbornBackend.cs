using System.Buffers;

namespace Pipeline.Caching;

/// <summary>A backend that never answers and takes no notice of its token.</summary>
internal sealed class StubbornBackend : ICacheBackend
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Reached => _reached.Task;

    public TCapability? GetCapability<TCapability>()
        where TCapability : class => this as TCapability;

    public ValueTask<CacheReadResult> TryGetAsync(
        string key, IBufferWriter<byte> destination, CacheReadOptions options = CacheReadOptions.None, CancellationToken cancellationToken = default) =>
        Never<CacheReadResult>();

    public ValueTask GetManyAsync(
        ReadOnlyMemory<string> keys,
        IBufferWriter<byte> destination,
        Memory<CacheReadResult> results,
        CacheReadOptions options = CacheReadOptions.None,
        CancellationToken cancellationToken = default) => throw new NotSupportedException("No test asks.");

    public ValueTask<TagGenerations> ReadGenerationsAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("broken");

    public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, CacheEntryOptions options, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException("broken");

    public ValueTask SetManyAsync(ReadOnlyMemory<CacheEntry> entries, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("No test asks.");

    public ValueTask<bool> TryAddAsync(
        string key, ReadOnlySequence<byte> value, CacheEntryOptions options, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("No test asks.");

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default) => Never<bool>();

    public ValueTask InvalidateTagAsync(string tag, CancellationToken cancellationToken = default) => throw new InvalidOperationException("broken");

    private async ValueTask<T> Never<T>()
    {
        _reached.TrySetResult();
        return await new TaskCompletionSource<T>().Task;
    }
}
