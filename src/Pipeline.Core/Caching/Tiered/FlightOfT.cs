namespace Pipeline.Caching;

/// <summary>One run for all callers who ask for a key as one type at the same time.</summary>
internal sealed class Flight<T> : Flight
{
    // Ten thousand callers are not to run on the thread that answers.
    private readonly TaskCompletionSource<FlightAnswer<T>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Flight(string key, FlightTerms terms, EntryTags tags, long born)
        : base(key, terms, tags, born)
    {
    }

    public Task<FlightAnswer<T>> Answer => _answer.Task;

    public bool IsAnswered => _answer.Task.IsCompleted;

    /// <summary>Answers all callers, unless they have been answered.</summary>
    public bool TryAnswer(FlightAnswer<T> answer) => _answer.TrySetResult(answer);

    /// <summary>Fails all callers, unless they have been answered.</summary>
    public bool TryFail(Exception exception)
    {
        if (!_answer.TrySetException(exception))
        {
            return false;
        }

        // Nobody may be waiting.
        _ = _answer.Task.Exception;
        return true;
    }
}
