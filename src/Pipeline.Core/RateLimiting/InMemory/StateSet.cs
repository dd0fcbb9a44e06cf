using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Pipeline.RateLimiting;

/// <summary>The states of several dimensions, one for each of them that has one, whose locks are held.</summary>
internal struct StateSet
{
    private States _states;

    [UnscopedRef]
    public ref LimiterState? this[int dimension] => ref _states[dimension];

    public void Exit()
    {
        foreach (ref var state in (Span<LimiterState?>)_states)
        {
            state?.Exit();
        }
    }

    [InlineArray(RateLimitRequest.MaxDimensions)]
    private struct States
    {
        private LimiterState? _first;
    }
}
