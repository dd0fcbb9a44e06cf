using System.Runtime.CompilerServices;

namespace Pipeline.RateLimiting;

/// <summary>
/// The shards that the states of several dimensions are in, each once, in the order of their indexes: since all calls lock them in this order,
/// none waits in a circle.
/// </summary>
internal struct ShardSet
{
    private Indexes _indexes;
    private int _count;

    public void Add(int index)
    {
        var at = _count;
        while (at > 0 && _indexes[at - 1] > index)
        {
            at--;
        }

        if (at > 0 && _indexes[at - 1] == index)
        {
            return;
        }

        for (var i = _count; i > at; i--)
        {
            _indexes[i] = _indexes[i - 1];
        }

        _indexes[at] = index;
        _count++;
    }

    public readonly void Enter(SweptTable<LimiterState> states)
    {
        for (var i = 0; i < _count; i++)
        {
            states[_indexes[i]].Enter();
        }
    }

    public readonly void Exit(SweptTable<LimiterState> states)
    {
        for (var i = 0; i < _count; i++)
        {
            states[_indexes[i]].Exit();
        }
    }

    [InlineArray(RateLimitRequest.MaxDimensions)]
    private struct Indexes
    {
        private int _first;
    }
}
