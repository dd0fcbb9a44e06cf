using Pipeline.Backends;

namespace Pipeline.RateLimiting;

/// <summary>
/// Lets those who ask about the same state at the same time go together: a state is a row, and each call of its own would wait for the commit of the one before. Those about
/// different states do not meet. Thread safe.
/// </summary>
/// <param name="send">Sends requests about one state.</param>
internal sealed class LimiterLines(Func<IReadOnlyList<RateLimitRequest>, ValueTask<IReadOnlyList<RateLimitDecision>>> send)
{
    private const int MostRequests = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<LimiterSlot, Line> _lines = [];

    /// <summary>Decides about a request, alone or together with others.</summary>
    public async Task<RateLimitDecision> DecideAsync(LimiterSlot slot, RateLimitRequest request)
    {
        Line? line;
        lock (_gate)
        {
            if (!_lines.TryGetValue(slot, out line))
            {
                _lines.Add(slot, line = new Line(new(send, MostRequests)));
            }

            line.Callers++;
        }

        try
        {
            return await line.Calls.RunAsync(request).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                if (--line.Callers == 0)
                {
                    _lines.Remove(slot);
                }
            }
        }
    }

    private sealed class Line(CallCoalescer<RateLimitRequest, RateLimitDecision> calls)
    {
        public CallCoalescer<RateLimitRequest, RateLimitDecision> Calls => calls;

        public int Callers { get; set; }
    }
}
