using System.Collections.Concurrent;

namespace Pipeline.Queues;

/// <summary>
/// How much of each receive of this process is not ended. The server keeps a row for a receive until it is told that nothing is left, or the lease is over: to
/// tell it is only thrift, so what is not known here is left to time. Thread safe.
/// </summary>
internal sealed class OpenReceives
{
    private const int MostKept = 100_000;

    private readonly ConcurrentDictionary<long, int> _open = new();
    private readonly ConcurrentQueue<long> _finished = new();

    public void Begin(long token, int messages)
    {
        if (_open.Count < MostKept)
        {
            _open[token] = messages;
        }
    }

    /// <summary>Takes what the next statement may tell.</summary>
    public long[] TakeFinished()
    {
        if (_finished.IsEmpty)
        {
            return [];
        }

        var finished = new List<long>();
        while (_finished.TryDequeue(out var token))
        {
            finished.Add(token);
        }

        return [.. finished];
    }

    /// <summary>Notes that deliveries were ended, each known to be.</summary>
    public void End(IReadOnlyList<long> tokens)
    {
        for (var i = 0; i < tokens.Count;)
        {
            var (token, count) = (tokens[i], 1);
            while (++i < tokens.Count && tokens[i] == token)
            {
                count++;
            }

            while (_open.TryGetValue(token, out var left))
            {
                if (left <= count && _open.TryRemove(KeyValuePair.Create(token, left)))
                {
                    _finished.Enqueue(token);
                    break;
                }

                if (left > count && _open.TryUpdate(token, left - count, left))
                {
                    break;
                }
            }
        }
    }

    /// <summary>Forgets receives of which a delivery was lost: the server has to look at them.</summary>
    public void Forget(IReadOnlyList<long> tokens)
    {
        foreach (var token in tokens)
        {
            _open.TryRemove(token, out _);
        }
    }
}
