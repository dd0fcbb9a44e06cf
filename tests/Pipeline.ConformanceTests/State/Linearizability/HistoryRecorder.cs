using System.Collections.Concurrent;

namespace Pipeline.Conformance.State.Linearizability;

/// <summary>Writes a concurrent history down.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class HistoryRecorder<TOperation>
{
    private readonly ConcurrentQueue<HistoryCall<TOperation>> _calls = new();
    private long _clock;

    public IReadOnlyList<HistoryCall<TOperation>> Calls => [.. _calls];

    public async Task<TAnswer> CallAsync<TAnswer>(Func<ValueTask<TAnswer>> call, Func<TAnswer, TOperation> toOperation)
    {
        var begun = Interlocked.Increment(ref _clock);
        var answer = await call();
        _calls.Enqueue(new(begun, Interlocked.Increment(ref _clock), toOperation(answer)));
        return answer;
    }
}
